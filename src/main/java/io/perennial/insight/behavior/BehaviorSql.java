package io.perennial.insight.behavior;

import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.perennial.runs.RunPart;

/**
 * The analysis of a range of customers of an industry: one statement, which reads the events and the transactions once each.
 *
 * <p>A trend compares the last days with as many before, {@code change = (last − previous) ÷ the larger of the two}, −1..1: of
 * activity (the events that are the customer's own doing, and the completed transactions), of value (the sum of the completed
 * transactions) and of engagement (the events by which customers involve themselves). From {@link #NOTABLE_CHANGE} up it is
 * increasing, from minus that down declining, else stable; it is unknown when nothing happened in either or the customer
 * came only in the last days.
 *
 * <p>The behavior score is the composite of activity trend, value trend and engagement level that the seed document asks for
 * ("Behavior Score" in its section 2) without weighting them. Here it is the weighted mean of what is known of
 *
 * <ul>
 *   <li>40 %: {@code 50 × (1 + change of the activity)}
 *   <li>30 %: {@code 50 × (1 + change of the value)}
 *   <li>30 %: the engagement level, {@code 100 × (1 − 2^(−n ÷ usual))} of {@code n} engaging events in the last days, which is
 *       50 for the {@link Profile#usualEngagement() usual} number of them and saturates as exponential response curves do
 * </ul>
 */
final class BehaviorSql {

    static final double ACTIVITY_WEIGHT = 0.4;
    static final double VALUE_WEIGHT = 0.3;
    static final double ENGAGEMENT_WEIGHT = 0.3;

    /** From which change on something is said to increase or, below zero, to decline. */
    static final double NOTABLE_CHANGE = 0.2;

    /** Customers without any activity that are named; the others are counted. */
    static final int NAMED = 100;

    /** What is done to customers or befalls them, which is no activity of theirs. */
    static final List<String> NOT_THEIR_DOING = List.of(
            "email_sent",
            "sms_sent",
            "push_sent",
            "reminder_sent",
            "campaign_sent",
            "call_made",
            "price_increase",
            "payment_failed",
            "payment_late",
            "plan_utilization",
            "no_show",
            "follow_up",
            "referral_asked");

    /** Answers to messages, and ratings. */
    static final List<String> ANSWERS = List.of(
            "email_opened",
            "email_clicked",
            "sms_replied",
            "reminder_opened",
            "push_opened",
            "call_answered",
            "campaign_response",
            "survey",
            "nps",
            "csat",
            "review");

    private static final Pattern DAYS = Pattern.compile(":days_([0-9]+)");

    private static final String ANALYZE = """
            with acted as (
                select customer_id,
                    :event_metrics
                from events
                where organization_id = $1 and customer_id between $2 and $3
                    and occurred_at > :days_:look_back and occurred_at <= :as_of
                group by customer_id
            ), bought as (
                select customer_id,
                    min(occurred_at) as _first_at,
                    :transaction_metrics
                from :transactions
                where organization_id = $1 and customer_id between $2 and $3 and occurred_at <= :as_of
                group by customer_id
            ), known as (
                select c.customer_id,
                    least(c.registered_at, c.first_event_at, b._first_at) as _since,
                    b.customer_id is not null or coalesce(c.first_event_at <= :as_of, false) as _active,
                    :known
                from customers c
                left join acted a on a.customer_id = c.customer_id
                left join bought b on b.customer_id = c.customer_id
                where c.organization_id = $1 and c.customer_id between $2 and $3
                    and (c.registered_at <= :as_of or b.customer_id is not null or c.first_event_at <= :as_of)
            ), derived as (
                select *,
                    :derived
                    :activity as _activity,
                    :value as _value,
                    :engagement as _engagement,
                    100 * (1 - power(2, -_engaged_last / :usual_engagement::float8)) as _engagement_level
                from known
            ), judged as materialized (
                select customer_id, _active,
                    _activity, _value, _engagement,
                    ((:activity_weight * coalesce(50 * (1 + _activity), 0)
                            + :value_weight * coalesce(50 * (1 + _value), 0)
                            + :engagement_weight * _engagement_level)
                        / (:engagement_weight
                            + case when _activity is null then 0 else :activity_weight end
                            + case when _value is null then 0 else :value_weight end))::numeric(5, 2) as score,
                    :found as found,
                    array[:metrics]::float8[] as metrics
                from derived
            ), combinations as materialized (
                select found,
                    to_jsonb(array_remove(array[:names]::text[], null)) as risk_signals,
                    to_jsonb(array_remove(array[:recommendations]::text[], null)) as recommendations
                from (select distinct found from judged) each_once
            ), remembered as (
                insert into behavior_history (
                    organization_id, customer_id, as_of, run_id, analyzed_at, behavior_score, activity_trend, value_trend,
                    engagement_trend, risk_signals)
                select $1, j.customer_id, :as_of, $5, $6, j.score, :activity_trend, :value_trend, :engagement_trend,
                    s.risk_signals
                from judged j
                join combinations s on s.found = j.found
                where j._active
                :replacing
            ), written as (
                insert into behavior_analysis (
                    organization_id, customer_id, org_type, behavior_score, activity_trend, value_trend, engagement_trend,
                    risk_signals, recommendations, metrics, run_id, as_of, analyzed_at)
                select $1, j.customer_id, ':org_type', j.score, :activity_trend, :value_trend, :engagement_trend,
                    s.risk_signals, s.recommendations, j.metrics, $5, :as_of, $6
                from judged j
                join combinations s on s.found = j.found
                where j._active
                on conflict (organization_id, customer_id) do update
                set org_type = excluded.org_type, behavior_score = excluded.behavior_score,
                    activity_trend = excluded.activity_trend, value_trend = excluded.value_trend,
                    engagement_trend = excluded.engagement_trend, risk_signals = excluded.risk_signals,
                    recommendations = excluded.recommendations, metrics = excluded.metrics, run_id = excluded.run_id,
                    as_of = excluded.as_of, analyzed_at = excluded.analyzed_at
            )
            select count(*) filter (where _active) as analyzed,
                count(*) filter (where not _active) as silent,
                (select jsonb_agg(customer_id)
                    from (select customer_id from judged where not _active order by customer_id limit :named) first_ones
                ) as silent_customers
            from judged""";

    /** Only for an instant that was analyzed before: to be ready for it takes half as long again as writing the rows does. */
    private static final String REPLACING = """
            on conflict (organization_id, customer_id, as_of) do update
            set run_id = excluded.run_id, analyzed_at = excluded.analyzed_at, behavior_score = excluded.behavior_score,
                activity_trend = excluded.activity_trend, value_trend = excluded.value_trend,
                engagement_trend = excluded.engagement_trend, risk_signals = excluded.risk_signals""";

    private final Profile profile;
    private final List<Integer> days;
    private final String statement;
    private final String repeated;

    /** The statement for an industry. */
    BehaviorSql(Profile profile) {
        this.profile = profile;
        var sql = sql(profile);
        this.days = DAYS.matcher(sql)
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .distinct()
                .toList();
        this.statement = numbered(sql.replace(":replacing", ""));
        this.repeated = numbered(sql.replace(":replacing", REPLACING));
    }

    /**
     * Analyzes the customers {@code $2} to {@code $3} of organization {@code $1} as of {@code $4} and keeps what comes out.
     * Yields how many customers were analyzed, how many were silent because nothing is known that they did, and the first of
     * these.
     *
     * @param again whether customers have been analyzed as of the same instant before
     */
    String statement(boolean again) {
        return again ? repeated : statement;
    }

    /**
     * Of {@link #statement(boolean)}.
     *
     * @param thresholds by the names of the signals
     */
    Tuple parameters(RunPart part, JsonObject thresholds, OffsetDateTime now) {
        var parameters = io.vertx.sqlclient.Tuple.of(
                part.organization(), part.firstCustomer(), part.lastCustomer(), part.asOf(), part.runId(), now);
        days.forEach(ago -> parameters.addOffsetDateTime(part.asOf().minusDays(ago)));
        profile.signals().forEach(signal -> parameters.addDouble(thresholds.getDouble(signal.name())));
        return Tuple.newInstance(parameters);
    }

    private static String sql(Profile profile) {
        var eventMetrics = Stream.concat(profile.eventMetrics().stream(), trendsOfEvents(profile).stream())
                .toList();
        var transactionMetrics = Stream.concat(
                        profile.transactionMetrics().stream(), trendsOfTransactions(profile).stream())
                .toList();
        return ANALYZE.replace(":event_metrics", aggregates(eventMetrics))
                .replace(":transaction_metrics", aggregates(transactionMetrics))
                .replace(":transactions", profile.categories() ? withCategories() : "transactions")
                .replace(":known", known("a", eventMetrics) + ",\n" + known("b", transactionMetrics))
                .replace(
                        ":derived",
                        profile.derivedMetrics().stream()
                                .map(metric -> "%s as %s,\n".formatted(metric.sql(), metric.name()))
                                .collect(Collectors.joining()))
                .replace(":activity_trend", trend("_activity"))
                .replace(":value_trend", trend("_value"))
                .replace(":engagement_trend", trend("_engagement"))
                .replace(":activity_weight", String.valueOf(ACTIVITY_WEIGHT))
                .replace(":value_weight", String.valueOf(VALUE_WEIGHT))
                .replace(":engagement_weight", String.valueOf(ENGAGEMENT_WEIGHT))
                .replace(":activity", change(profile, "(_did_%1$s + _purchases_%1$s)"))
                .replace(":value", change(profile, "_amount_%s"))
                .replace(":engagement", change(profile, "_engaged_%s"))
                .replace(":usual_engagement", String.valueOf(profile.usualEngagement()))
                .replace(":found", found(profile))
                .replace(":metrics", profile.shown().stream().map(Metric::name).collect(Collectors.joining(", ")))
                .replace(":names", eachFound(profile.signals().stream().map(Signal::name)))
                .replace(
                        ":recommendations", eachFound(profile.signals().stream().map(Signal::recommendation)))
                .replace(":org_type", profile.type().value())
                .replace(":look_back", String.valueOf(profile.lookBackDays()))
                .replace(":named", String.valueOf(NAMED));
    }

    private static List<Metric> trendsOfEvents(Profile profile) {
        var engaging =
                Stream.concat(profile.engaging().stream(), ANSWERS.stream()).toList();
        var metrics = new ArrayList<Metric>();
        for (var last : List.of(true, false)) {
            var window = last ? Window.last(profile.trendDays()) : Window.previous(profile.trendDays());
            var name = last ? "last" : "prev";
            metrics.add(count("_did_" + name, window, "event_type not in " + quoted(NOT_THEIR_DOING)));
            metrics.add(count("_engaged_" + name, window, "event_type in " + quoted(engaging)));
        }
        return metrics;
    }

    private static Metric count(String name, Window window, String condition) {
        return new Metric(
                name, null, "count(*) filter (where %s and %s)".formatted(window.condition(), condition), "0");
    }

    private static List<Metric> trendsOfTransactions(Profile profile) {
        var last = Window.last(profile.trendDays());
        var previous = Window.previous(profile.trendDays());
        return List.of(
                Metric.purchases("_purchases_last", null, last),
                Metric.purchases("_purchases_prev", null, previous),
                amount("_amount_last", last),
                amount("_amount_prev", previous));
    }

    /** A floating-point number: it is only compared, and turning decimals into one again and again takes long. */
    private static Metric amount(String name, Window window) {
        var exact = Metric.spent(name, null, window);
        return new Metric(name, null, exact.sql() + "::float8", exact.absent());
    }

    private static String withCategories() {
        return """
                (
                    select *,
                        min(occurred_at) filter (where status = 'completed')
                            over (partition by customer_id, category) as category_since
                    from transactions
                    where organization_id = $1 and customer_id between $2 and $3 and occurred_at <= :as_of
                ) transactions""";
    }

    private static String aggregates(List<Metric> metrics) {
        return metrics.stream()
                .map(metric -> metric.sql() + " as " + metric.name())
                .collect(Collectors.joining(",\n"));
    }

    private static String known(String table, List<Metric> metrics) {
        return metrics.stream()
                .map(metric -> metric.absent() == null
                        ? table + "." + metric.name()
                        : "coalesce(%1$s.%2$s, %3$s) as %2$s".formatted(table, metric.name(), metric.absent()))
                .collect(Collectors.joining(", "));
    }

    private static String change(Profile profile, String amount) {
        return "case when _since <= :days_%3$d then (%1$s - %2$s)::float8 / nullif(greatest(%1$s, %2$s), 0)::float8 end"
                .formatted(amount.formatted("last"), amount.formatted("prev"), profile.trendDays());
    }

    private static String trend(String change) {
        return """
                (case when %1$s >= %2$s then 'increasing' when %1$s <= -%2$s then 'declining'
                    when %1$s is null then 'unknown' else 'stable' end)""".formatted(change, NOTABLE_CHANGE);
    }

    /** A bit for each signal. */
    private static String found(Profile profile) {
        var signals = profile.signals();
        return IntStream.range(0, signals.size())
                .mapToObj(i -> "case when (%s)::float8 %s :threshold_%d then %d else 0 end"
                        .formatted(
                                signals.get(i).measure(),
                                signals.get(i).direction().operator(),
                                i,
                                1 << i))
                .collect(Collectors.joining("\n+ "));
    }

    private static String eachFound(Stream<String> texts) {
        var quoted = texts.map(text -> "'" + text.replace("'", "''") + "'").toList();
        return IntStream.range(0, quoted.size())
                .mapToObj(i -> "case when found & %d > 0 then %s end".formatted(1 << i, quoted.get(i)))
                .collect(Collectors.joining(", "));
    }

    private static String quoted(List<String> types) {
        return types.stream().map("'%s'"::formatted).collect(Collectors.joining(", ", "(", ")"));
    }

    /** After the six that every analysis has come the beginnings of the windows, which are the same for all, and the thresholds. */
    private String numbered(String sql) {
        var first = 7;
        var numbered = DAYS.matcher(sql.replace(":as_of", "$4::timestamptz"))
                .replaceAll(match -> "\\$" + (first + days.indexOf(Integer.valueOf(match.group(1)))) + "::timestamptz");
        for (var i = profile.signals().size() - 1; i >= 0; i--) {
            numbered = numbered.replace(":threshold_" + i, "$" + (first + days.size() + i) + "::float8");
        }
        return numbered;
    }
}
