package io.perennial.recovery.outcome;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.platform.Amounts;

/**
 * What came of some recovery cases. A case of the hold-out is in none of these figures. Amounts are in the organization's
 * currency.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Figures(
        @Schema(description = "Cases that began in the period, without those of the hold-out", examples = "60")
        long cases,

        @Schema(examples = "1") long pending,
        @Schema(examples = "6") long active,
        @Schema(examples = "25") long recovered,
        @Schema(examples = "28") long lost,

        @Schema(
                description =
                        "Recovered of all cases, in per cent. It goes on rising while some are pending or active. Absent"
                                + " without cases")
        Rate recoveryRate,

        Revenue revenue,

        @Schema(
                description =
                        "Mean hours from the event that triggered a case to its recovery; absent without recoveries",
                examples = "41.25")
        BigDecimal timeToRecoveryHours,

        @Schema(
                description = "Incentive costs of all cases ÷ recoveries; absent without recoveries",
                examples = "18.40")
        BigDecimal costPerRecovery,

        Response response,
        Engagement messages,
        Acceptance offers) {

    private static final int DECIMALS = 2;

    /** What the cases brought, and what that cost. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Revenue(
            @Schema(description = "Σ revenue of the recovered cases − Σ incentive costs", examples = "8265.00")
            BigDecimal revenueRecovered,

            @Schema(
                    description =
                            "Σ revenue of the recovered cases: what was paid, or what a month costs of what was kept",
                    examples = "8725.00")
            BigDecimal grossRevenue,

            @Schema(
                    description = "Σ of what the redeemed offers of all these cases cost at most, of the lost ones too",
                    examples = "460.00")
            BigDecimal incentiveCost,

            @Schema(description = "Of it, that of recovered cases", examples = "410.00")
            BigDecimal incentiveCostOfRecovered,

            @Schema(
                    description =
                            "What open offers would cost besides if all of them were redeemed; not part of the costs",
                    examples = "1380.00")
            BigDecimal incentivesReserved,

            @Schema(
                    description =
                            "Revenue of recovered cases in other currencies, which is in no other figure; absent without"
                                    + " any",
                    examples = "{\"USD\": 129.00}")
            Map<String, BigDecimal> inOtherCurrencies) {}

    /** How fast somebody was in touch. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Response(
            @Schema(description = "Cases whose customer was contacted", examples = "57")
            long contacted,

            @Schema(description = "Cases that were answered after their time, or not at all", examples = "2")
            long late,

            @Schema(
                    description = "Mean hours from the beginning of a case to the first contact; absent without any",
                    examples = "0.42")
            BigDecimal hoursToFirstContact) {}

    /** What became of messages. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Engagement(
            @Schema(examples = "164") long written,

            @Schema(description = "Not sent yet", examples = "4")
            long pending,

            @Schema(examples = "151") long sent,

            @Schema(description = "Not sent because the customer may not be written to", examples = "5")
            long withheld,

            @Schema(description = "Not sent because the case had ended", examples = "3")
            long cancelled,

            @Schema(description = "Given up after many attempts", examples = "1")
            long dead,

            @Schema(description = "Where the channel tells", examples = "38")
            long delivered,

            @Schema(description = "Where it is tracked", examples = "80")
            long opened,

            @Schema(description = "Where it is tracked", examples = "44")
            long clicked,

            @Schema(examples = "2") long bounced,

            @Schema(description = "Delivered of those sent; absent when none was sent")
            Rate deliveryRate,

            @Schema(description = "Opened of those sent; absent when none was sent")
            Rate openRate,

            @Schema(description = "Clicked of those sent; absent when none was sent")
            Rate clickRate) {}

    /** What became of offers. One whose place a later one has taken is not counted: its code redeems the later one. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Acceptance(
            @Schema(examples = "118") long offered,
            @Schema(examples = "22") long open,
            @Schema(examples = "19") long redeemed,
            @Schema(examples = "41") long expired,

            @Schema(description = "Taken back with the end of the case", examples = "36")
            long withdrawn,

            @Schema(description = "Redeemed of those offered; absent when nothing was offered")
            Rate acceptanceRate,

            @Schema(description = "What the redeemed ones cost at most", examples = "460.00")
            BigDecimal redeemedCost,

            @Schema(description = "What the open ones would cost", examples = "1380.00")
            BigDecimal reservedCost) {}

    /** The figures in a row of {@link FigureSql}. */
    static Figures of(Row row) {
        var cases = count(row, "cases");
        var recovered = count(row, "recovered");
        var cost = amount(row, "redeemed");
        return new Figures(
                cases,
                count(row, "pending"),
                count(row, "active"),
                recovered,
                count(row, "lost"),
                Rate.of(recovered, cases),
                revenue(row, cost),
                rounded(row.getBigDecimal("hours_to_recovery")),
                recovered == 0 ? null : cost.divide(BigDecimal.valueOf(recovered), DECIMALS, RoundingMode.HALF_UP),
                new Response(
                        count(row, "contacted"),
                        count(row, "answered_late"),
                        rounded(row.getBigDecimal("hours_to_contact"))),
                engagement(row),
                acceptance(row));
    }

    private static Revenue revenue(Row row, BigDecimal cost) {
        var gross = amount(row, "revenue");
        return new Revenue(
                Amounts.plain(gross.subtract(cost)),
                Amounts.plain(gross),
                Amounts.plain(cost),
                Amounts.plain(amount(row, "redeemed_of_recovered")),
                Amounts.plain(amount(row, "reserved")),
                elsewhere(row.getString("revenue_elsewhere")));
    }

    private static Map<String, BigDecimal> elsewhere(String revenue) {
        if (revenue == null) {
            return null;
        }
        var amounts = new TreeMap<String, BigDecimal>();
        new JsonObject(revenue)
                .forEach(entry -> amounts.put(
                        entry.getKey(),
                        Amounts.plain(new BigDecimal(entry.getValue().toString()))));
        return amounts;
    }

    private static Engagement engagement(Row row) {
        var sent = count(row, "sent");
        var delivered = count(row, "delivered");
        var opened = count(row, "opened");
        var clicked = count(row, "clicked");
        return new Engagement(
                count(row, "written"),
                count(row, "waiting"),
                sent,
                count(row, "withheld"),
                count(row, "cancelled"),
                count(row, "dead"),
                delivered,
                opened,
                clicked,
                count(row, "bounced"),
                Rate.of(delivered, sent),
                Rate.of(opened, sent),
                Rate.of(clicked, sent));
    }

    private static Acceptance acceptance(Row row) {
        var offered = count(row, "offered");
        var redeemed = count(row, "offers_redeemed");
        return new Acceptance(
                offered,
                count(row, "offers_open"),
                redeemed,
                count(row, "expired"),
                count(row, "withdrawn"),
                Rate.of(redeemed, offered),
                Amounts.plain(amount(row, "redeemed_cost")),
                Amounts.plain(amount(row, "reserved_cost")));
    }

    static long count(Row row, String column) {
        var count = row.getLong(column);
        return count == null ? 0 : count;
    }

    static BigDecimal amount(Row row, String column) {
        var amount = row.getBigDecimal(column);
        return amount == null ? BigDecimal.ZERO : amount;
    }

    private static BigDecimal rounded(BigDecimal hours) {
        return hours == null ? null : hours.setScale(DECIMALS, RoundingMode.HALF_UP);
    }
}
