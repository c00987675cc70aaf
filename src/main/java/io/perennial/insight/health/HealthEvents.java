package io.perennial.insight.health;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which events say something about the health of a customer, by their types. */
final class HealthEvents {

    private HealthEvents() {}

    /**
     * An event whose value says how satisfied a customer is.
     *
     * @param percent SQL of the satisfaction 0..100 that the value of event {@code e} stands for
     */
    record Rating(String type, String percent) {}

    private static final String ONE_TO_FIVE = "25 * (e.value - 1)";

    /** {@code attributes.scale_max} of a survey: the best answer, 1 being the worst up to five and 0 above. */
    private static final String SCALE_MAX = """
            (case when e.attributes ->> 'scale_max' ~ '^[0-9]{1,6}([.][0-9]{1,6})?$'
                    and (e.attributes ->> 'scale_max')::numeric > 1
                then (e.attributes ->> 'scale_max')::numeric
                when e.value <= 5 then 5
                when e.value <= 10 then 10
                else 100 end)""";

    /** A net promoter score is 0..10; what is not within its scale counts as its nearer end. */
    static final List<Rating> RATINGS = List.of(
            new Rating("nps", "10 * e.value"),
            new Rating("csat", ONE_TO_FIVE),
            new Rating("review", ONE_TO_FIVE),
            new Rating("survey", """
                    (case when %1$s <= 5 then 100 * (e.value - 1) / (%1$s - 1)
                        else 100 * e.value / %1$s end)""".formatted(SCALE_MAX)));

    /**
     * An event by which a customer says that something is wrong.
     *
     * @param weight how much, in tickets
     */
    record Grievance(String type, int weight) {}

    static final List<Grievance> GRIEVANCES = List.of(
            new Grievance("support_ticket", 1),
            new Grievance("ticket", 1),
            new Grievance("complaint", 2),
            new Grievance("billing_complaint", 2));

    /**
     * A way to reach customers.
     *
     * @param sent the event of a message
     * @param responses the events of an answer; a message that is opened and clicked is answered once
     */
    record Channel(String sent, List<String> responses) {}

    static final List<Channel> CHANNELS = List.of(
            new Channel("email_sent", List.of("email_opened", "email_clicked")),
            new Channel("sms_sent", List.of("sms_replied")),
            new Channel("reminder_sent", List.of("reminder_opened")),
            new Channel("push_sent", List.of("push_opened")),
            new Channel("call_made", List.of("call_answered")),
            new Channel("campaign_sent", List.of("campaign_response")));

    static final List<String> RATED = RATINGS.stream().map(Rating::type).toList();

    /** Whatever customers give a rating or a text with. The index {@code events_feedback} holds these and no others. */
    static final List<String> FEEDBACK = Stream.concat(
                    RATED.stream(), GRIEVANCES.stream().map(Grievance::type))
            .toList();

    static final List<String> MESSAGES = CHANNELS.stream()
            .flatMap(channel -> Stream.concat(Stream.of(channel.sent()), channel.responses().stream()))
            .toList();

    /** Types as SQL lists them. */
    static String sql(List<String> types) {
        return types.stream().map("'%s'"::formatted).collect(Collectors.joining(", ", "(", ")"));
    }
}
