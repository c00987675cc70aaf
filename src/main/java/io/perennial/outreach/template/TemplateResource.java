package io.perennial.outreach.template;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.platform.EntityTag;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** The texts of the messages that recover customers: read them, say them otherwise, and see what comes of it. */
@Path("/api/v1/recovery/templates")
@Tag(name = "Message templates")
class TemplateResource {

    private static final String IF_MATCH =
            "The ETag that was read; what was changed since is not overwritten. Any version unless given.";

    private final Access access;
    private final TemplateCatalog catalog;
    private final TemplateStore store;
    private final Previews previews;
    private final MessageOutcomes outcomes;

    TemplateResource(
            Access access, TemplateCatalog catalog, TemplateStore store, Previews previews, MessageOutcomes outcomes) {
        this.access = access;
        this.catalog = catalog;
        this.store = store;
        this.previews = previews;
        this.outcomes = outcomes;
    }

    /** All that templates can name. */
    public record Placeholders(List<PlaceholderDescription> placeholders, List<OfferFieldDescription> offerFields) {}

    /** What a placeholder stands for. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record PlaceholderDescription(
            @Schema(examples = "customer_name") String name,
            @Schema(examples = "The customer's name") String meaning,
            @Schema(examples = "text") String kind,

            @Schema(description = "The most characters that are written for it", examples = "60")
            int longest,

            @Schema(description = "The same in text and push messages", examples = "20")
            int longestInShort,

            @Schema(
                    description =
                            "Whether every message has a value for it; a template has to ask for what is not always there",
                    enumeration = {"always", "after_a_failed_payment", "in_mail", "sometimes"},
                    examples = "always")
            String given,

            @Schema(examples = "Alex Morgan") String example) {}

    /** What can be named of an offer within {@code for}. */
    public record OfferFieldDescription(
            @Schema(examples = "summary") String name,
            @Schema(examples = "text") String kind,

            @JsonProperty("is_always_given") @Schema(description = "Whether every offer has it")
            boolean isAlwaysGiven) {}

    /** What came of a template's variants. */
    public record Outcomes(
            @Schema(examples = "payment_failed.premium.dunning_1.email.en")
            String template,

            List<MessageOutcomes.VariantOutcome> variants) {}

    @GET
    @Path("placeholders")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listPlaceholders", summary = "Read what templates can name", description = """
                    A template writes `{customer_name}`, asks `{#if plan}…{#else}…{/if}` and goes over offers with
                    `{#for offer in offers}{offer.summary}: {offer.code}{/for}`. There is nothing else that it can do.""")
    public Uni<Placeholders> placeholders() {
        return Uni.createFrom()
                .item(new Placeholders(
                        Arrays.stream(Placeholder.values())
                                .map(TemplateResource::description)
                                .toList(),
                        Arrays.stream(OfferField.values())
                                .map(field -> new OfferFieldDescription(
                                        field.label(), Labels.of(field.kind()), field.isGiven()))
                                .toList()));
    }

    private static PlaceholderDescription description(Placeholder placeholder) {
        return new PlaceholderDescription(
                placeholder.label(),
                placeholder.meaning(),
                Labels.of(placeholder.kind()),
                placeholder.longest(Medium.EMAIL),
                placeholder.longest(Medium.SMS),
                placeholder.given(),
                placeholder.example() == null || placeholder.kind() == Kind.OFFERS
                        ? null
                        : placeholder.example().toString());
    }

    @GET
    @Path("organizations/{org_id}")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listTemplates",
            summary = "List an organization's templates",
            description =
                    "Those that come with the service, and in their place those that the organization has changed.")
    public Uni<Page<MessageTemplate>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(
                            description = "payment_failed, subscription_cancelled or downgrade",
                            example = "payment_failed")
                    String trigger,
            @RestQuery @Parameter(description = "premium, professional, friendly or supportive", example = "premium")
                    String tone,
            @RestQuery
                    @Parameter(
                            description =
                                    "dunning_1 to dunning_5, or immediate_offer, value_reminder, feedback_request or"
                                            + " final_attempt",
                            example = "dunning_1")
                    String stage,
            @RestQuery @Parameter(description = "email, sms, push or phone", example = "email") String channel,
            @RestQuery @Parameter(description = "The tag of a language", example = "en") String language,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        var filter = new TemplateCatalog.Filter(
                known("trigger", trigger, Trigger::of),
                known("tone", tone, Tone::of),
                known("stage", stage, MessageStage::of),
                known("channel", channel, Medium::of),
                language);
        return access.organization(orgId).chain(organization -> catalog.list(orgId, filter, after, limit));
    }

    @GET
    @Path("organizations/{org_id}/{template}")
    @RolesAllowed(Role.VIEW)
    @APIResponse(
            responseCode = "200",
            description = "The template, with its version as ETag",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = MessageTemplate.class)))
    @Operation(operationId = "getTemplate", summary = "Read a template")
    public Uni<Response> get(@RestPath("org_id") UUID orgId, @RestPath("template") String name) {
        return access.organization(orgId)
                .chain(organization -> catalog.find(orgId, TemplateKey.of(name)))
                .map(TemplateResource::tagged);
    }

    @PUT
    @Path("organizations/{org_id}/{template}")
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "200",
            description = "The template as it is now, with its version as ETag",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = MessageTemplate.class)))
    @Operation(operationId = "replaceTemplate", summary = "Say it otherwise", description = """
                    Makes a template the organization's own, in any language. Every placeholder is checked and every error is
                    told with its line and column. A text message that could exceed 160 characters of GSM-7 with the longest
                    values is refused. Of several variants, customers get one each, in proportion to the weights.""")
    public Uni<Response> replace(
            @RestPath("org_id") UUID orgId,
            @RestPath("template") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Parameter(description = IF_MATCH, example = "\"3\"") String ifMatch,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey,
            @NotNull @Valid NewTemplate newTemplate) {
        var expected = EntityTag.expected(ifMatch);
        return access.organization(orgId)
                .chain(organization ->
                        catalog.replace(orgId, TemplateKey.of(name), idempotencyKey, expected, newTemplate))
                .map(TemplateResource::tagged);
    }

    @DELETE
    @Path("organizations/{org_id}/{template}")
    @RolesAllowed(Role.OPERATE)
    @APIResponse(
            responseCode = "200",
            description = "The template as it is now, with its version as ETag",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON,
                            schema = @Schema(implementation = MessageTemplate.class)))
    @Operation(
            operationId = "resetTemplate",
            summary = "Say it again as it came",
            description = "What was said and counted before stays on record.")
    public Uni<Response> reset(
            @RestPath("org_id") UUID orgId,
            @RestPath("template") String name,
            @HeaderParam(HttpHeaders.IF_MATCH) @Parameter(description = IF_MATCH, example = "\"3\"") String ifMatch,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        var expected = EntityTag.expected(ifMatch);
        return access.organization(orgId)
                .chain(organization -> catalog.reset(orgId, TemplateKey.of(name), idempotencyKey, expected))
                .map(TemplateResource::tagged);
    }

    @GET
    @Path("organizations/{org_id}/{template}/changes")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listTemplateChanges",
            summary = "Read who changed a template, when and how, the latest first")
    public Uni<Page<TemplateStore.TemplateChange>> changes(
            @RestPath("org_id") UUID orgId,
            @RestPath("template") String name,
            @RestQuery Integer after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.organization(orgId)
                .chain(organization -> store.changes(orgId, TemplateKey.of(name), after, limit));
    }

    @GET
    @Path("organizations/{org_id}/{template}/outcomes")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "getTemplateOutcomes",
            summary = "Read what came of a template's variants",
            description = """
                    How many messages were sent, opened and clicked, and after how many the customer stayed; each message
                    counts once. A variant that says something else since is counted anew, under the version of the template
                    in which it changed.""")
    public Uni<Outcomes> outcomes(@RestPath("org_id") UUID orgId, @RestPath("template") String name) {
        return access.organization(orgId)
                .chain(organization -> outcomes.of(orgId, TemplateKey.of(name)))
                .map(variants -> new Outcomes(name, variants));
    }

    @POST
    @Path("organizations/{org_id}/{template}/preview")
    @RolesAllowed(Role.OPERATE)
    @Operation(operationId = "previewTemplate", summary = "See a template as a customer would", description = """
                    To a real customer of the organization, or to an example of one. Nothing is sent and nothing is kept. With
                    `content`, something that is not saved yet is shown, and refused for what it would be refused for.""")
    public Uni<Preview> preview(
            @RestPath("org_id") UUID orgId, @RestPath("template") String name, @NotNull @Valid NewPreview preview) {
        return access.organization(orgId)
                .chain(organization -> shown(orgId, TemplateKey.of(name), preview)
                        .chain(template -> previews.of(organization, template, preview)));
    }

    /** What is not saved yet may be of a language that there is no template in. */
    private Uni<MessageTemplate> shown(UUID organization, TemplateKey key, NewPreview preview) {
        return preview.content() == null
                ? catalog.find(organization, key)
                : Uni.createFrom().item(MessageTemplate.asItCame(key, preview.content(), 0, null));
    }

    private static <E> E known(String field, String value, Function<String, E> reader) {
        try {
            return value == null ? null : reader.apply(value);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("%s %s", field, e.getMessage());
        }
    }

    private static Response tagged(MessageTemplate template) {
        return Response.ok(template, MediaType.APPLICATION_JSON)
                .header(HttpHeaders.ETAG, EntityTag.of(template.version()))
                .build();
    }
}
