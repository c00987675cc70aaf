package io.perennial.insight.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

import io.perennial.models.sentiment.SentimentClassifier;
import io.perennial.runs.RunPart;
import io.perennial.tenant.TenantDatabase;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class SentimentStepTest {

    @Inject
    TenantDatabase database;

    @Inject
    Vertx vertx;

    @Inject
    SentimentClassifier classifier;

    /** Tells praise from blame by a word, and remembers what it was asked. */
    private static final class Praise implements TextSentiment {

        private final List<List<String>> asked = Collections.synchronizedList(new ArrayList<>());

        @Override
        public boolean ready() {
            return true;
        }

        @Override
        public float[] of(List<String> texts) {
            assertThat(Context.isOnEventLoopThread()).isFalse();
            asked.add(texts);
            var sentiments = new float[texts.size()];
            for (var i = 0; i < sentiments.length; i++) {
                sentiments[i] = texts.get(i).contains("great") ? 0.8f : -0.5f;
            }
            return sentiments;
        }
    }

    private record InBlocksOf(int textsPerBlock) implements HealthConfig {

        @Override
        public int historyDays() {
            return 400;
        }
    }

    private JsonObject work(SentimentStep step, UUID organization) {
        var part = RunPart.whole(
                organization,
                UUID.randomUUID(),
                OffsetDateTime.parse(Health.AS_OF),
                new JsonObject(),
                new JsonObject());
        return database.transaction(organization, connection -> step.work(connection, part))
                .await()
                .atMost(Duration.ofSeconds(30));
    }

    private static UUID organizationWithTexts() {
        var organization = Api.organization("ecommerce");
        Health.events(organization, """
                a,2025-06-01,review,5,,great shoes
                a,2025-06-02,support_ticket,,,zip broke
                b,2025-06-03,complaint,,,late again
                c,2025-06-04,survey,4,,great service
                d,2025-06-05,nps,9,,great
                d,2025-06-05,review,3,,
                d,2025-06-05,login,,,great
                d,2024-06-29,review,3,,great but long ago
                d,2025-07-01,review,3,,great but later
                """);
        return organization;
    }

    @Test
    void textsAreClassifiedOnceInBlocksOffTheEventLoop() throws Exception {
        var organization = organizationWithTexts();
        var praise = new Praise();
        var step = new SentimentStep(List.of(praise), new InBlocksOf(2), vertx);

        assertThat(work(step, organization)).isEqualTo(new JsonObject().put("texts", 5L));

        assertThat(praise.asked).hasSize(3).allMatch(texts -> texts.size() <= 2);
        assertThat(praise.asked.stream().flatMap(List::stream))
                .containsExactlyInAnyOrder("great shoes", "zip broke", "late again", "great service", "great");
        try (var owner = Database.asOwner()) {
            assertThat(Database.texts(owner, """
                            select e.attributes ->> 'text' || ' ' || s.sentiment
                            from event_sentiment s
                            join events e using (organization_id, customer_id, occurred_at, event_key)
                            where organization_id = ?
                            order by 1""", organization))
                    .containsExactly(
                            "great 0.8", "great service 0.8", "great shoes 0.8", "late again -0.5", "zip broke -0.5");
        }

        assertThat(work(step, organization)).isEqualTo(new JsonObject().put("texts", 0L));
        Health.events(organization, "a,2025-06-09,ticket,,,more\n");
        assertThat(work(step, organization)).isEqualTo(new JsonObject().put("texts", 1L));
    }

    @Test
    void theToneOfATextReachesTheSatisfactionOfItsCustomer() throws InterruptedException {
        classifier.whenReady().await().atMost(Duration.ofMinutes(2));
        var organization = Api.organization("ecommerce");
        Health.events(organization, """
                angry,2025-06-30T00:00:00Z,review,3,,I am very disappointed and will never order here again
                happy,2025-06-30T00:00:00Z,review,3,,Excellent service and very friendly staff
                silent,2025-06-30T00:00:00Z,review,3,,
                """);

        var totals = Health.score(organization, Health.AS_OF);

        assertThat(totals.getInt("texts")).isEqualTo(2);
        assertThat(totals.getBoolean("sentiment_skipped")).isFalse();
        assertThat(satisfaction(organization, "silent")).isEqualTo(50);
        assertThat(satisfaction(organization, "angry")).isBetween(35, 45);
        assertThat(satisfaction(organization, "happy")).isBetween(55, 65);
    }

    private static int satisfaction(UUID organization, String customer) {
        return Health.of(organization, customer).getInt("satisfaction_score");
    }

    @Test
    void whenTheClassifierFailsTheTextsThatAreLeftWait() throws Exception {
        var organization = organizationWithTexts();
        var tired = new TextSentiment() {

            private int blocks;

            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public float[] of(List<String> texts) {
                if (blocks++ > 0) {
                    throw new IllegalStateException("out of memory");
                }
                return new float[texts.size()];
            }
        };

        assertThat(work(new SentimentStep(List.of(tired), new InBlocksOf(2), vertx), organization))
                .isEqualTo(new JsonObject().put("sentiment_skipped", true));

        assertThat(Database.number("select count(*) from event_sentiment where organization_id = ?", organization))
                .isEqualTo(2);
        assertThat(work(new SentimentStep(List.of(new Praise()), new InBlocksOf(2), vertx), organization))
                .isEqualTo(new JsonObject().put("texts", 3L));
    }

    @Test
    void withoutAClassifierTheTextsWait() throws Exception {
        var organization = organizationWithTexts();

        assertThat(work(new SentimentStep(List.of(), new InBlocksOf(2), vertx), organization))
                .isEqualTo(new JsonObject().put("sentiment_skipped", true));
        assertThat(Database.number("select count(*) from event_sentiment where organization_id = ?", organization))
                .isZero();
    }
}
