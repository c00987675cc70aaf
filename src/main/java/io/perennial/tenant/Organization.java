package io.perennial.tenant;

import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** A tenant: the business whose customers these are. */
public record Organization(
        UUID id,
        @Schema(examples = "Harbor Outfitters") String name,
        @Schema(examples = "ecommerce") OrgType orgType,
        @Schema(description = "ISO 4217", examples = "EUR") String currency,

        @Schema(description = "IANA name", examples = "Europe/Lisbon")
        String timezone,

        @Schema(
                description = "A customer counts as churned after this many days without a sign of life",
                examples = "60")
        int churnHorizonDays,

        Instant createdAt,
        Instant updatedAt) {

    /** What {@link #of(Row)} needs selected. */
    static final String COLUMNS = "id, name, org_type, currency, timezone, churn_horizon_days, created_at, updated_at";

    /** The organization in a row of {@link #COLUMNS}. */
    static Organization of(Row row) {
        return new Organization(
                row.getUUID("id"),
                row.getString("name"),
                OrgType.of(row.getString("org_type")),
                row.getString("currency"),
                row.getString("timezone"),
                row.getInteger("churn_horizon_days"),
                row.get(OffsetDateTime.class, "created_at").toInstant(),
                row.get(OffsetDateTime.class, "updated_at").toInstant());
    }

    /** The time zone in which the organization writes its dates. */
    public ZoneId zone() {
        return ZoneId.of(timezone);
    }
}
