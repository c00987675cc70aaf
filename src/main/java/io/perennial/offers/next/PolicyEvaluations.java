package io.perennial.offers.next;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

import io.perennial.models.registry.ModelVersions;
import io.perennial.offers.Offer;
import io.perennial.offers.Offers;
import io.perennial.offers.next.AcceptanceModel.Question;
import io.perennial.offers.next.AcceptanceModel.Version;
import io.perennial.offers.next.PolicyJudge.Reward;
import io.perennial.offers.policy.PolicyValue;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.TenantDatabase;

/** Tells what policies would have earned, from the log of what was decided and what came of it. */
@ApplicationScoped
class PolicyEvaluations {

    /** Decisions whose rows a model scores at a time. */
    private static final int BLOCK = 256;

    private final TenantDatabase database;
    private final AcceptanceModel model;
    private final NextBestOffers offers;
    private final Offers catalog;
    private final ModelVersions versions;
    private final DecisionMaker maker;
    private final OfferPolicyConfig config;

    PolicyEvaluations(
            TenantDatabase database,
            AcceptanceModel model,
            NextBestOffers offers,
            Offers catalog,
            ModelVersions versions,
            DecisionMaker maker,
            OfferPolicyConfig config) {
        this.database = database;
        this.model = model;
        this.offers = offers;
        this.catalog = catalog;
        this.versions = versions;
        this.maker = maker;
        this.config = config;
    }

    /** What policies would have earned per decision. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record PolicyEvaluation(
            UUID organizationId,
            @Schema(examples = "nbo-3") String candidate,

            @Schema(
                    description = "What is earned: acceptance rates, or amounts in the currency of the organization",
                    examples = "acceptance",
                    enumeration = {"acceptance", "value"})
            String reward,

            @Schema(description = "Decisions of the log that it was told from", examples = "8120")
            int decisions,

            @Schema(description = "Of the first of them") Instant from,
            @Schema(description = "Of the last of them") Instant to,

            @Schema(
                    description =
                            "The policy of the log, the candidate, an even draw, and the best that always makes the"
                                    + " same offer")
            List<PolicyValue> policies,

            @Schema(examples = "nbo-3 earns 0.0102 to 0.0311 more than the policy of the log")
            String conclusion) {}

    /**
     * Judges a policy by the newest decisions, where it is a model by those that it has not learned from.
     *
     * @param candidate {@code active}, a version such as {@code nbo-3}, {@code popularity}, {@code random} or a single offer such
     *     as {@code offer-4}
     * @return fails with {@link ProblemType#INVALID_REQUEST} when it is none of these, and with {@link
     *     ProblemType#UNKNOWN_MODEL}
     */
    Uni<PolicyEvaluation> evaluate(UUID organization, String candidate, Reward reward) {
        return version(organization, candidate)
                .chain(version -> learnedUntil(version)
                        .chain(after -> read(organization, after))
                        .chain(decisions -> catalog.all(organization)
                                .chain(known -> judged(decisions, known, reward))
                                .chain(judge -> value(judge, candidate, version)
                                        .map(value -> evaluation(organization, decisions, reward, judge, value)))));
    }

    /** The version that is meant, a holder of null when it is no model. */
    private Uni<Optional<Version>> version(UUID organization, String candidate) {
        if (candidate.equals("active")) {
            return model.active(organization).map(Optional::ofNullable);
        }
        return candidate.matches("nbo-[1-9][0-9]{0,8}")
                ? offers.version(organization, number(candidate)).map(Optional::of)
                : Uni.createFrom().item(Optional.empty());
    }

    private static int number(String candidate) {
        return Integer.parseInt(candidate.substring(candidate.indexOf('-') + 1));
    }

    private Uni<OffsetDateTime> learnedUntil(Optional<Version> version) {
        return version.map(known -> versions.get(
                                known.version().organization(),
                                AcceptanceModel.KIND,
                                known.version().number())
                        .map(details -> OffsetDateTime.parse(
                                (String) details.snapshots().get("validation"))))
                .orElse(Uni.createFrom().nullItem());
    }

    private Uni<List<PastDecision>> read(UUID organization, OffsetDateTime after) {
        return database.transaction(
                organization,
                connection -> PastDecision.newest(connection, organization, after, config.evaluationDecisions()));
    }

    private Uni<PolicyJudge> judged(List<PastDecision> decisions, Map<Integer, Offer> known, Reward reward) {
        return compute(() -> new PolicyJudge(
                decisions,
                known,
                reward,
                new PolicyValue.Limits(config.evaluationMinimum(), config.evaluationUnsupported())));
    }

    private Uni<PolicyValue> value(PolicyJudge judge, String candidate, Optional<Version> version) {
        if (version.isPresent()) {
            return acceptances(version.get(), judge.questions())
                    .chain(acceptances -> compute(() -> judge.model(
                            version.get().version().label(),
                            acceptances,
                            maker.exploration(version.get().version().label()))));
        }
        if (candidate.equals("active") || candidate.equals("popularity")) {
            return compute(judge::popularity);
        }
        if (candidate.equals("random")) {
            return compute(judge::random);
        }
        if (candidate.matches("offer-[0-9]{1,9}")) {
            return compute(() -> judge.single(number(candidate)));
        }
        throw ProblemType.INVALID_REQUEST.problem(
                "candidate must be active, popularity, random, a version such as nbo-3 or an offer such as offer-4");
    }

    private Uni<List<Acceptance>> acceptances(Version version, List<Question> questions) {
        var blocks = new ArrayList<List<Question>>();
        for (var from = 0; from < questions.size(); from += BLOCK) {
            blocks.add(questions.subList(from, Math.min(questions.size(), from + BLOCK)));
        }
        return Multi.createFrom()
                .iterable(blocks)
                .onItem()
                .transformToUniAndConcatenate(block -> model.ofMany(version, block))
                .collect()
                .in(ArrayList::new, List::addAll);
    }

    /** Takes longer than an event loop may be kept. */
    private static <T> Uni<T> compute(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    private static PolicyEvaluation evaluation(
            UUID organization, List<PastDecision> decisions, Reward reward, PolicyJudge judge, PolicyValue candidate) {
        var policies = new ArrayList<PolicyValue>();
        policies.add(judge.ofTheLog());
        policies.add(candidate);
        policies.add(judge.random());
        judge.bestSingle().ifPresent(policies::add);
        Function<Integer, Instant> at =
                i -> decisions.isEmpty() ? null : decisions.get(i).decidedAt().toInstant();
        return new PolicyEvaluation(
                organization,
                candidate.policy(),
                reward.name().toLowerCase(Locale.ROOT),
                decisions.size(),
                at.apply(0),
                at.apply(decisions.size() - 1),
                policies,
                conclusion(candidate));
    }

    private static String conclusion(PolicyValue candidate) {
        if (!candidate.conclusive()) {
            return "Nothing can be concluded: " + candidate.reason();
        }
        var gain = candidate.gain();
        if (gain.lower() > 0) {
            return String.format(
                    Locale.ROOT,
                    "%s earns %.4f to %.4f more than the policy of the log",
                    candidate.policy(),
                    gain.lower(),
                    gain.upper());
        }
        return gain.upper() < 0
                ? String.format(
                        Locale.ROOT,
                        "%s earns %.4f to %.4f less than the policy of the log",
                        candidate.policy(),
                        -gain.upper(),
                        -gain.lower())
                : "Whether %s is better or worse than the policy of the log cannot be told"
                        .formatted(candidate.policy());
    }
}
