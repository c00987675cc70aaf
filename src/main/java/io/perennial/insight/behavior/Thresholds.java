package io.perennial.insight.behavior;

import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import io.perennial.platform.InputError;
import io.perennial.platform.ProblemException;
import io.perennial.tenant.Organization;
import io.perennial.tenant.TenantDatabase;

/** From where on an organization takes a measure for a signal. */
@ApplicationScoped
class Thresholds {

    private static final String READ = "select signal, threshold from behavior_thresholds where organization_id = $1";

    private static final String RESET = """
            delete from behavior_thresholds
            where organization_id = $1 and signal in (select jsonb_array_elements_text($2))""";

    private static final String SET = """
            insert into behavior_thresholds (organization_id, signal, threshold, updated_at)
            select $1, given.key, given.value::numeric, $3
            from jsonb_each_text($2) as given
            on conflict (organization_id, signal) do update
            set threshold = excluded.threshold, updated_at = excluded.updated_at""";

    private static final int DECIMALS = 4;

    private final TenantDatabase database;
    private final Clock clock;

    Thresholds(TenantDatabase database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** The signals of the organization's industry. */
    Uni<List<SignalSetting>> list(Organization organization) {
        return database.query(organization.id(), READ, io.vertx.sqlclient.Tuple.of(organization.id()))
                .map(rows -> {
                    var own = new HashMap<String, BigDecimal>();
                    rows.forEach(row -> own.put(row.getString("signal"), row.getBigDecimal("threshold")));
                    return Profiles.of(organization.orgType()).signals().stream()
                            .map(signal -> SignalSetting.of(signal, own.get(signal.name())))
                            .toList();
                });
    }

    /**
     * Sets the thresholds that are named.
     *
     * @param given by the names of signals; null to go back to the default
     * @return all signals as they are set then; fails when there is no such signal or the threshold makes no sense
     */
    Uni<List<SignalSetting>> change(Organization organization, Map<String, BigDecimal> given) {
        check(Profiles.of(organization.orgType()), given);
        var set = new JsonObject();
        var reset = new JsonArray();
        given.forEach((name, threshold) -> {
            if (threshold == null) {
                reset.add(name);
            } else {
                set.put(name, threshold.toPlainString());
            }
        });
        return database.transaction(
                        organization.id(),
                        connection -> connection
                                .preparedQuery(RESET)
                                .execute(Tuple.of(organization.id(), reset))
                                .chain(() -> connection
                                        .preparedQuery(SET)
                                        .execute(Tuple.of(
                                                organization.id(),
                                                set,
                                                clock.instant().atOffset(ZoneOffset.UTC)))))
                .chain(() -> list(organization));
    }

    private static void check(Profile profile, Map<String, BigDecimal> given) {
        var errors = new ArrayList<InputError>();
        given.forEach((name, threshold) -> profile.signal(name)
                .ifPresentOrElse(
                        signal -> {
                            if (threshold != null && !makesSense(signal, threshold)) {
                                errors.add(new InputError(
                                        null,
                                        name,
                                        "must lie between %.0f and %.0f %s, with four decimals at most"
                                                .formatted(
                                                        signal.unit().minimum(),
                                                        signal.unit().maximum(),
                                                        signal.unit().value())));
                            }
                        },
                        () -> errors.add(new InputError(
                                null,
                                name,
                                "is not a signal of %s".formatted(profile.type().value())))));
        if (!errors.isEmpty()) {
            throw ProblemException.invalid(errors);
        }
    }

    private static boolean makesSense(Signal signal, BigDecimal threshold) {
        return threshold.stripTrailingZeros().scale() <= DECIMALS
                && threshold.compareTo(BigDecimal.valueOf(signal.unit().minimum())) >= 0
                && threshold.compareTo(BigDecimal.valueOf(signal.unit().maximum())) <= 0;
    }

    /** The thresholds of an industry's signals for an organization, by their names. */
    static Uni<JsonObject> of(SqlConnection connection, UUID organization, Profile profile) {
        return connection.preparedQuery(READ).execute(Tuple.of(organization)).map(rows -> {
            var thresholds = new JsonObject();
            profile.signals().forEach(signal -> thresholds.put(signal.name(), signal.threshold()));
            rows.forEach(row -> {
                if (thresholds.containsKey(row.getString("signal"))) {
                    thresholds.put(
                            row.getString("signal"),
                            row.getBigDecimal("threshold").doubleValue());
                }
            });
            return thresholds;
        });
    }
}
