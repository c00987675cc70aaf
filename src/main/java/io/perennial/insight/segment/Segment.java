package io.perennial.insight.segment;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The eleven segments, the best customers first. */
public enum Segment {
    CHAMPIONS(
            "Champions",
            "Best customers: frequent buyers who came recently, spend much and are unlikely to leave",
            "Reward with loyalty programs and early access; upsell"),
    LOYAL_CUSTOMERS(
            "Loyal Customers",
            "Regular customers who stay engaged",
            "Nurture with personal attention; cross-sell what others like them buy"),
    POTENTIAL_LOYALISTS(
            "Potential Loyalists",
            "Recent customers who come back and show promise",
            "Engage with offers and memberships that make coming back a habit"),
    NEW_CUSTOMERS(
            "New Customers",
            "Recent customers at the beginning of their history",
            "Onboard: help them to a first success and a second purchase"),
    PROMISING(
            "Promising",
            "Recent customers with little activity so far",
            "Build awareness of what else there is for them"),
    NEED_ATTENTION(
            "Need Attention",
            "Average customers who show signs of disengaging",
            "Re-engage with a limited offer based on what they bought before"),
    ABOUT_TO_SLEEP(
            "About to Sleep",
            "Customers of little activity that is declining",
            "Win back before they forget: reminders, popular products, a small incentive"),
    AT_RISK(
            "At Risk",
            "Customers who were good and are now inactive",
            "Reach out personally and urgently with a reason to return"),
    CANNOT_LOSE_THEM(
            "Cannot Lose Them",
            "Customers of high value who are about to leave",
            "Treat as VIPs: a call from a person, a generous renewal offer"),
    HIBERNATING(
            "Hibernating",
            "Customers who have been inactive for long",
            "Last-chance campaign with a strong offer; then save the effort"),
    LOST("Lost", "Customers who have left or nearly so", "Aggressive win-back at low cost; ask why they left");

    /** What a segment means and what to do about it. */
    public record Definition(
            @Schema(examples = "Customers who were good and are now inactive")
            String description,

            @Schema(examples = "Reach out personally and urgently with a reason to return")
            String action) {}

    private final String label;
    private final Definition definition;

    Segment(String label, String description, String action) {
        this.label = label;
        this.definition = new Definition(description, action);
    }

    /** As the API and the database write it. */
    @JsonValue
    public String label() {
        return label;
    }

    /** What the segment means. */
    public Definition definition() {
        return definition;
    }

    /** The segment of a label. */
    public static Optional<Segment> labelled(String label) {
        return Arrays.stream(values())
                .filter(segment -> segment.label.equalsIgnoreCase(label))
                .findFirst();
    }
}
