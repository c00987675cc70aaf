package io.perennial.intake.billing;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.RolesAllowed;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestForm;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;
import org.jboss.resteasy.reactive.multipart.FileUpload;

import io.perennial.intake.ImportReport;
import io.perennial.intake.Upload;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.Role;

/** Billing events without webhooks, what became of every event, and what is known of what customers pay. */
@Path("/api/v1")
@Tag(name = "Billing")
class BillingResource {

    private static final String EVENTS = "organizations/{org_id}/billing-events";

    private final Access access;
    private final BillingUploads uploads;
    private final Inbox inbox;
    private final BillingRecords records;
    private final BillingSettings settings;
    private final WebhookSecrets secrets;

    BillingResource(
            Access access,
            BillingUploads uploads,
            Inbox inbox,
            BillingRecords records,
            BillingSettings settings,
            WebhookSecrets secrets) {
        this.access = access;
        this.uploads = uploads;
        this.inbox = inbox;
        this.records = records;
        this.settings = settings;
        this.secrets = secrets;
    }

    /** What an upload says about itself besides the file. */
    static class Options {

        @RestPath("org_id")
        UUID orgId;

        @HeaderParam(Idempotency.HEADER)
        String idempotencyKey;

        @HeaderParam(HttpHeaders.CONTENT_TYPE)
        @Parameter(hidden = true)
        String contentType;

        @RestQuery("date_format")
        @Parameter(description = "Order of day, month and year: ymd, dmy or mdy. Found out from the file unless given.")
        String dateFormat;

        @RestQuery("decimal_mark")
        @Parameter(description = "A point or a comma. Found out from the file unless given.")
        String decimalMark;
    }

    @POST
    @Path(EVENTS)
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Consumes({
        "text/csv",
        "application/x-ndjson",
        MediaType.APPLICATION_JSON,
        MediaType.APPLICATION_OCTET_STREAM,
        MediaType.TEXT_PLAIN
    })
    @Operation(operationId = "uploadBillingEvents", summary = "Upload billing events", description = """
                    A file, an array or a single object of `type, occurred_at, customer_id` and what belongs to the type:

                    * `payment.failed`: `payment_id, amount` and, optionally, `currency, attempt_count, next_attempt_at, reason,
                      subscription_id`. The payment is the invoice or the order, and has one id for all attempts.
                    * `payment.succeeded`: `payment_id, amount` and, optionally, `currency, subscription_id`
                    * `subscription.created`, `.updated`, `.cancelled`, `.reactivated`: `subscription_id` and, optionally, `plan,
                      tier, amount, currency, billing_interval, interval_count, status, started_at, current_period_end,
                      will_renew, cancelled_at, ends_at, reason`
                    * `plan.downgraded`: the same, at least `plan`, `tier` or `amount`, and, optionally, `previous_plan,
                      previous_tier`
                    * `payment_method.expiring`: `payment_method_id, expires_at`

                    Amounts are in the organization's currency unless they say another. With an `event_id` an event counts once,
                    however often it comes; without, it is known by all that it says. The order makes no difference. Events of
                    customers who are not known yet wait for them. Payments become transactions, unless the billing settings say
                    otherwise.""")
    public Uni<ImportReport> upload(@BeanParam Options options, InputStream body) {
        return upload(options, new Upload(body, options.contentType, null, options.dateFormat, options.decimalMark));
    }

    @POST
    @Path(EVENTS)
    @RolesAllowed(Role.OPERATE)
    @Blocking
    @Consumes(MediaType.MULTIPART_FORM_DATA)
    @Operation(hidden = true)
    public Uni<ImportReport> uploadForm(@BeanParam Options options, @RestForm("file") FileUpload file) {
        if (file == null) {
            throw ProblemType.INVALID_REQUEST.problem("The form has no part named file");
        }
        try {
            var body = Files.newInputStream(file.uploadedFile());
            return upload(
                    options,
                    new Upload(body, file.contentType(), file.fileName(), options.dateFormat, options.decimalMark));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Uni<ImportReport> upload(Options options, Upload upload) {
        return access.organization(options.orgId)
                .chain(organization -> uploads.run(organization, upload, options.idempotencyKey));
    }

    @GET
    @Path("organizations/{org_id}/webhook-events")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listWebhookEvents",
            summary = "List what became of billing events, the latest first",
            description = "Events of webhooks and of uploads. What was ignored or refused is listed for thirty days.")
    public Uni<Page<WebhookEvent>> list(
            @RestPath("org_id") UUID orgId,
            @RestQuery
                    @Parameter(
                            description = "Only accepted, applied, stale, parked, failed, ignored or refused ones",
                            example = "parked")
                    String status,
            @RestQuery @Parameter(description = "Only those of perennial, stripe or api", example = "stripe")
                    String source,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        var onlyStatus = known("status", status, WebhookEvent.Status::of);
        var onlySource = known("source", source, Source::of);
        return access.organization(orgId)
                .chain(organization -> inbox.list(orgId, onlyStatus, onlySource, after, limit));
    }

    private static <T> T known(String parameter, String value, Function<String, T> read) {
        try {
            return value == null ? null : read.apply(value);
        } catch (IllegalArgumentException e) {
            throw ProblemType.INVALID_REQUEST.problem("%s %s", parameter, e.getMessage());
        }
    }

    @POST
    @Path("organizations/{org_id}/webhook-events/{webhook_event_id}/replay")
    @RolesAllowed(Role.OPERATE)
    @Operation(
            operationId = "replayWebhookEvent",
            summary = "Try an event again that was parked, failed or refused",
            description = "It is settled at once. Parked events are tried by themselves when customers come.")
    public Uni<WebhookEvent> replay(
            @RestPath("org_id") UUID orgId,
            @RestPath("webhook_event_id") UUID webhookEventId,
            @HeaderParam(Idempotency.HEADER) String idempotencyKey) {
        return access.organization(orgId).chain(organization -> inbox.replay(orgId, webhookEventId, idempotencyKey));
    }

    @GET
    @Path("customers/{customer_id}/subscriptions")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "listSubscriptions", summary = "List the subscriptions of a customer")
    public Uni<Page<BillingRecords.Subscription>> subscriptions(
            @RestPath("customer_id") String customerId,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> records.subscriptions(customer, after, limit));
    }

    @GET
    @Path("customers/{customer_id}/payment-failures")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listPaymentFailures",
            summary = "List the payments of a customer that have failed, the latest first")
    public Uni<Page<BillingRecords.PaymentFailure>> failures(
            @RestPath("customer_id") String customerId,
            @RestQuery UUID after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> records.failures(customer, after, limit));
    }

    @GET
    @Path("customers/{customer_id}/payments")
    @RolesAllowed(Role.VIEW)
    @Operation(
            operationId = "listPayments",
            summary = "List the payments of a customer that have succeeded, the latest first",
            description = "Those that billing events tell of; transactions have a list of their own.")
    public Uni<Page<BillingRecords.Payment>> payments(
            @RestPath("customer_id") String customerId,
            @RestQuery String after,
            @RestQuery @DefaultValue("100") @Min(1) @Max(Page.MAX_LIMIT) int limit) {
        return access.customer(customerId).chain(customer -> records.payments(customer, after, limit));
    }

    @GET
    @Path("organizations/{org_id}/billing-settings")
    @RolesAllowed(Role.VIEW)
    @Operation(operationId = "getBillingSettings", summary = "Read how billing events are taken")
    public Uni<BillingSettings.Settings> settings(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId).chain(organization -> settings.of(orgId));
    }

    @PUT
    @Path("organizations/{org_id}/billing-settings")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(operationId = "replaceBillingSettings", summary = "Say how billing events are taken")
    public Uni<BillingSettings.Settings> replaceSettings(
            @RestPath("org_id") UUID orgId, @NotNull @Valid BillingSettings.Settings replacement) {
        return access.organization(orgId).chain(organization -> settings.replace(orgId, replacement));
    }

    /** What the webhooks of an organization are signed with. */
    public record SigningSecrets(
            @Schema(
                    description =
                            "Those that are valid now, the current one first; none until the service is given a master key",
                    examples = "pwhs_6f1c2b1e0d514c589c7e3f0d9f6a2b10")
            List<String> perennial,

            @Schema(
                    description = "How many secrets of Stripe the service was given for this organization",
                    examples = "1")
            int stripe) {}

    @GET
    @Path("organizations/{org_id}/webhook-secrets")
    @RolesAllowed(Role.ADMINISTER)
    @Operation(
            operationId = "getWebhookSecrets",
            summary = "Read what webhooks in Perennial's format are signed with",
            description = """
                    They are derived from the master keys that the service has in its environment
                    (`PERENNIAL_BILLING_WEBHOOK_MASTER_KEYS`, the current one first, separated by commas), or they are there
                    themselves, as `PERENNIAL_WEBHOOK_SECRET_<organization>`, and Stripe's as
                    `STRIPE_WEBHOOK_SECRET_<organization>`, the organization in capitals and with underscores.""")
    public Uni<SigningSecrets> secrets(@RestPath("org_id") UUID orgId) {
        return access.organization(orgId)
                .map(organization -> new SigningSecrets(
                        secrets.of(Source.PERENNIAL, orgId),
                        secrets.of(Source.STRIPE, orgId).size()));
    }
}
