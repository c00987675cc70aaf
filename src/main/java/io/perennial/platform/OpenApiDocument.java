package io.perennial.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.quarkus.smallrye.openapi.OpenApiFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.MediaType;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.parameters.Parameter;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;
import org.eclipse.microprofile.openapi.models.security.SecurityScheme;

/**
 * Completes the API document with what is the same for every operation, so that no resource has to repeat it: who may call,
 * what can go wrong, what the parameters mean, and examples, which are files in {@code META-INF/openapi/examples}: {@code
 * <operationId>.json} for the answer, {@code <operationId>.<status>.json} for a second one, and {@code
 * <operationId>.request.json} for the body.
 */
@OpenApiFilter(stages = OpenApiFilter.RunStage.BUILD)
public class OpenApiDocument implements OASFilter {

    private static final String EXAMPLES = "META-INF/openapi/examples/";
    private static final String JSON = "application/json";
    private static final String CSV = "text/csv";
    private static final String NDJSON = "application/x-ndjson";
    private static final String FORM = "multipart/form-data";
    private static final String BINARY = "application/octet-stream";
    private static final String EVENT_STREAM = "text/event-stream";
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final String IF_MATCH = "If-Match";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    /** What a parameter means and an example of it, unless its operation says otherwise. */
    private record Explanation(String description, Object example) {}

    private static final Map<String, Explanation> PARAMETERS = Map.ofEntries(
            Map.entry("org_id", new Explanation("The id of the organization", "6f1c2b1e-0d51-4c58-9c7e-3f0d9f6a2b10")),
            Map.entry(
                    "customer_id",
                    new Explanation(
                            "Perennial's UUID of the customer or, with a key of the organization, its own id",
                            "CUST_00042")),
            Map.entry("run_id", new Explanation("The id of the run", "0f6f2f0a-6d0f-4d0e-9a55-3a4a7f1b8c21")),
            Map.entry("key_id", new Explanation("The id of the API key", "b7a4e3c2-51d0-4f6b-8e21-9c0d7a6f5e43")),
            Map.entry("kind", new Explanation("What is predicted; `GET /api/v1/models/kinds` lists it", "churn")),
            Map.entry("decision_id", new Explanation("The id of the decision", "5d2c0e6b-1f7a-4d0e-8a35-6b1f0c9d7e42")),
            Map.entry("number", new Explanation("The number of the model version", 3)),
            Map.entry("offer_id", new Explanation("The id of the offer in the organization's catalog", 4)),
            Map.entry(
                    "template",
                    new Explanation(
                            "The name of the template: trigger, tone, stage, channel and language",
                            "payment_failed.premium.dunning_1.email.en")),
            Map.entry("system", new Explanation("The name of the system that offers come from", "crm")),
            Map.entry(
                    "organization",
                    new Explanation("The id of the organization", "6f1c2b1e-0d51-4c58-9c7e-3f0d9f6a2b10")),
            Map.entry(
                    "webhook_event_id",
                    new Explanation("Perennial's id of the event", "2c9f4b1d-7e63-8a50-9b1c-6d2f8e0a4c37")),
            Map.entry(
                    "case_id", new Explanation("The id of the recovery case", "8e1f5a0c-3b62-8d17-9a4e-5c7f20b1d6e3")),
            Map.entry("approval_id", new Explanation("The id of the approval", "c4d7b2a1-6e53-8f09-a18b-2d9e4f6c7a50")),
            Map.entry(
                    "failure_id",
                    new Explanation("Perennial's id of the payment failure", "7e1d5c3a-9b40-8f62-a1c7-4d5e6f708192")),
            Map.entry("message_id", new Explanation("The id of the message", "5d2c0e6b-1f7a-8d0e-8a35-6b1f0c9d7e42")),
            Map.entry("as_of", new Explanation("Only data up to this instant count; now unless given", null)),
            Map.entry("after", new Explanation("Where the page before ended: its `next`", null)),
            Map.entry("limit", new Explanation("The largest number of items in the page", 100)),
            Map.entry("from", new Explanation("The segment that was left", null)),
            Map.entry("to", new Explanation("The segment that followed", null)),
            Map.entry(
                    IDEMPOTENCY_KEY,
                    new Explanation(
                            "Up to 255 characters of the caller's choice. Repeating a request with its key does nothing"
                                    + " again and answers what was answered the first time, for seven days.",
                            "nightly-2026-01-01")));

    private static final Map<ProblemType, String> DETAILS = Map.ofEntries(
            Map.entry(ProblemType.INVALID_REQUEST, "limit must be less than or equal to 1000"),
            Map.entry(ProblemType.INVALID_FILE, "There is no column for amount"),
            Map.entry(ProblemType.UNAUTHENTICATED, "Send a valid key as X-API-Key or as Authorization: Bearer"),
            Map.entry(ProblemType.FORBIDDEN, "The role of this API key does not allow this operation"),
            Map.entry(ProblemType.UNKNOWN_ORGANIZATION, "No organization 6f1c2b1e-0d51-4c58-9c7e-3f0d9f6a2b10"),
            Map.entry(ProblemType.UNKNOWN_CUSTOMER, "No customer CUST_00042"),
            Map.entry(ProblemType.UNKNOWN_RUN, "No run 0f6f2f0a-6d0f-4d0e-9a55-3a4a7f1b8c21"),
            Map.entry(ProblemType.UNKNOWN_API_KEY, "No key b7a4e3c2-51d0-4f6b-8e21-9c0d7a6f5e43 in this organization"),
            Map.entry(ProblemType.UNKNOWN_MODEL, "No version churn-3"),
            Map.entry(ProblemType.UNKNOWN_OFFER, "No offer 4 in this organization"),
            Map.entry(ProblemType.UNKNOWN_TEMPLATE, "No template payment_failed.premium.dunning_1.email.xx"),
            Map.entry(
                    ProblemType.INVALID_TEMPLATE,
                    "variants[0].content.text 3:12 {custmer_name} is no placeholder; GET"
                            + " /api/v1/recovery/templates/placeholders lists them"),
            Map.entry(
                    ProblemType.TEMPLATE_NOT_RENDERED,
                    "payment_failed.premium.dunning_1.email.en: {amount} has no value"),
            Map.entry(ProblemType.UNKNOWN_SYNC_SOURCE, "No source crm in this organization"),
            Map.entry(
                    ProblemType.UNKNOWN_WEBHOOK_EVENT,
                    "No webhook event 2c9f4b1d-7e63-8a50-9b1c-6d2f8e0a4c37 in this organization"),
            Map.entry(
                    ProblemType.WEBHOOK_SIGNATURE_INVALID,
                    "Perennial-Signature is not the signature of this body with a secret of this organization"),
            Map.entry(
                    ProblemType.WEBHOOK_EXPIRED,
                    "The signature is of 2026-01-01T10:00:00Z, which is more than 300 seconds from now; sign every"
                            + " delivery anew"),
            Map.entry(ProblemType.WEBHOOK_REFUSED, "Event evt_1001: amount is missing"),
            Map.entry(ProblemType.WEBHOOK_TOO_LARGE, "The body is larger than 262144 bytes. Nothing was kept."),
            Map.entry(ProblemType.OFFER_EXISTS, "There is an offer 4"),
            Map.entry(
                    ProblemType.OFFER_NOT_ELIGIBLE,
                    "Customer 3f2a4e0c-7d53-5c9e-9b8d-0a1b2c3d4e5f may not get offer 4, by its rules on consent"),
            Map.entry(
                    ProblemType.MONTHLY_BUDGET_SPENT,
                    "Of the 4000.00 that offer 4 may cost in the month of 2026-01-01, less than the 10.00 of one more is left"),
            Map.entry(
                    ProblemType.UNKNOWN_MESSAGE,
                    "No message 5d2c0e6b-1f7a-8d0e-8a35-6b1f0c9d7e42 in this organization"),
            Map.entry(ProblemType.PRECONDITION_FAILED, "Offer 4 is at version 3 now; read it again"),
            Map.entry(
                    ProblemType.SYNC_FAILED,
                    "crm answered 500 Internal Server Error, 3 times in a row; the catalog is as it was"),
            Map.entry(
                    ProblemType.UNKNOWN_DECISION, "No decision 5d2c0e6b-1f7a-4d0e-8a35-6b1f0c9d7e42 for this customer"),
            Map.entry(
                    ProblemType.UNKNOWN_CASE,
                    "No recovery case 8e1f5a0c-3b62-8d17-9a4e-5c7f20b1d6e3 in this organization"),
            Map.entry(
                    ProblemType.UNKNOWN_APPROVAL,
                    "No approval c4d7b2a1-6e53-8f09-a18b-2d9e4f6c7a50 in this organization"),
            Map.entry(ProblemType.CASE_STATUS, "A case that is recovered cannot become lost"),
            Map.entry(ProblemType.UNKNOWN_FAILURE, "No payment failure 7e1d5c3a-9b40-8f62-a1c7-4d5e6f708192"),
            Map.entry(ProblemType.UNKNOWN_OFFER_CODE, "No offer has this code"),
            Map.entry(ProblemType.OFFER_CODE_WITHDRAWN, "What it was made for has been settled"),
            Map.entry(ProblemType.UPLOAD_INTERRUPTED, "The upload ended before it was complete; nothing was kept"),
            Map.entry(ProblemType.TOO_LARGE, "The body is larger than the service accepts"),
            Map.entry(
                    ProblemType.UNSUPPORTED_MEDIA_TYPE,
                    "image/png is not CSV (text/csv), NDJSON (application/x-ndjson) or JSON (application/json)"),
            Map.entry(
                    ProblemType.IDEMPOTENCY_KEY_REUSED,
                    "Idempotency-Key nightly-2026-01-01 was used for a request that was not this one"),
            Map.entry(ProblemType.INTERNAL_ERROR, "See the log for this request id"),
            Map.entry(ProblemType.UNAVAILABLE, "The database does not answer; try again"));

    /** What a path parameter names when there is no such thing. */
    private static final Map<String, ProblemType> UNKNOWN = Map.ofEntries(
            Map.entry("failure_id", ProblemType.UNKNOWN_FAILURE),
            Map.entry("case_id", ProblemType.UNKNOWN_CASE),
            Map.entry("approval_id", ProblemType.UNKNOWN_APPROVAL),
            Map.entry("decision_id", ProblemType.UNKNOWN_DECISION),
            Map.entry("webhook_event_id", ProblemType.UNKNOWN_WEBHOOK_EVENT),
            Map.entry("org_id", ProblemType.UNKNOWN_ORGANIZATION),
            Map.entry("offer_id", ProblemType.UNKNOWN_OFFER),
            Map.entry("system", ProblemType.UNKNOWN_SYNC_SOURCE),
            Map.entry("template", ProblemType.UNKNOWN_TEMPLATE),
            Map.entry("customer_id", ProblemType.UNKNOWN_CUSTOMER),
            Map.entry("run_id", ProblemType.UNKNOWN_RUN),
            Map.entry("key_id", ProblemType.UNKNOWN_API_KEY),
            Map.entry("number", ProblemType.UNKNOWN_MODEL));

    /** Operations that are called by systems without a key, which sign what they send. */
    private static final Set<String> SIGNED = Set.of("receiveWebhook", "receiveBounces", "receiveStripeWebhook");

    private static final List<ProblemType> OF_WEBHOOKS = List.of(
            ProblemType.UNKNOWN_ORGANIZATION,
            ProblemType.WEBHOOK_EXPIRED,
            ProblemType.WEBHOOK_SIGNATURE_INVALID,
            ProblemType.WEBHOOK_REFUSED,
            ProblemType.WEBHOOK_TOO_LARGE);

    /** What else can go wrong, by the id of the operation. */
    private static final Map<String, List<ProblemType>> MORE = Map.of(
            "replayWebhookEvent", List.of(ProblemType.CONFLICT, ProblemType.WEBHOOK_REFUSED),
            "getMessage", List.of(ProblemType.UNKNOWN_MESSAGE),
            "replayMessage", List.of(ProblemType.CONFLICT, ProblemType.UNKNOWN_MESSAGE),
            "createOffer", List.of(ProblemType.OFFER_EXISTS),
            "replaceTemplate", List.of(ProblemType.INVALID_TEMPLATE),
            "previewTemplate",
                    List.of(
                            ProblemType.INVALID_TEMPLATE,
                            ProblemType.UNKNOWN_CUSTOMER,
                            ProblemType.TEMPLATE_NOT_RENDERED),
            "redeemOffer",
                    List.of(
                            ProblemType.UNKNOWN_CUSTOMER,
                            ProblemType.OFFER_INACTIVE,
                            ProblemType.OFFER_NOT_ELIGIBLE,
                            ProblemType.OFFER_ALREADY_ACCEPTED,
                            ProblemType.REDEMPTION_LIMIT_REACHED,
                            ProblemType.MONTHLY_BUDGET_SPENT),
            "redeemRetentionOffer",
                    List.of(
                            ProblemType.UNKNOWN_OFFER_CODE,
                            ProblemType.OFFER_CODE_USED,
                            ProblemType.OFFER_CODE_EXPIRED,
                            ProblemType.OFFER_CODE_WITHDRAWN),
            "synchronizeOffers", List.of(ProblemType.SYNC_FAILED, ProblemType.SYNC_PAUSED));

    /** The same of what is decided about recovery cases. */
    private static final Map<String, List<ProblemType>> MORE_OF_RECOVERY = Map.of(
            "getFailureMessage", List.of(ProblemType.TEMPLATE_NOT_RENDERED),
            "sendDunningEmail", List.of(ProblemType.CONFLICT, ProblemType.TEMPLATE_NOT_RENDERED),
            "createRecoveryCase", List.of(ProblemType.UNKNOWN_CUSTOMER),
            "listRecoveryCases", List.of(ProblemType.UNKNOWN_ORGANIZATION),
            "listRecoveryApprovals", List.of(ProblemType.UNKNOWN_ORGANIZATION),
            "noteRecoveryContact", List.of(ProblemType.CASE_STATUS),
            "recoverRecoveryCase", List.of(ProblemType.CASE_STATUS),
            "closeRecoveryCase", List.of(ProblemType.CASE_STATUS),
            "approveRecovery", List.of(ProblemType.CONFLICT),
            "rejectRecovery", List.of(ProblemType.CONFLICT));

    @Override
    public void filterOpenAPI(OpenAPI document) {
        secure(document);
        document.getPaths().getPathItems().values().stream()
                .flatMap(path -> path.getOperations().values().stream())
                .forEach(OpenApiDocument::complete);
    }

    private static void secure(OpenAPI document) {
        document.getComponents()
                .addSecurityScheme(
                        "ApiKey",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.APIKEY)
                                .in(SecurityScheme.In.HEADER)
                                .name("X-API-Key")
                                .description("A key of an organization, or of the whole instance"))
                .addSecurityScheme(
                        "Bearer",
                        OASFactory.createSecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("bearer")
                                .description("The same key as a bearer token"));
        document.setSecurity(List.of(
                OASFactory.createSecurityRequirement().addScheme("ApiKey"),
                OASFactory.createSecurityRequirement().addScheme("Bearer")));
    }

    private static void complete(Operation operation) {
        if (SIGNED.contains(operation.getOperationId())) {
            operation.setSecurity(List.of());
        }
        parameters(operation).forEach(OpenApiDocument::explain);
        var upload = isUpload(operation);
        if (upload) {
            describeUpload(operation);
        } else {
            example(operation.getOperationId() + ".request")
                    .ifPresent(example -> operation
                            .getRequestBody()
                            .getContent()
                            .getMediaType(JSON)
                            .setExample(example));
        }
        addExamples(operation);
        problems(operation, upload).forEach(problem -> addProblem(operation, problem));
        sortByStatus(operation);
    }

    private static List<Parameter> parameters(Operation operation) {
        return operation.getParameters() == null ? List.of() : operation.getParameters();
    }

    private static void explain(Parameter parameter) {
        var explanation = PARAMETERS.get(parameter.getName());
        if (explanation == null) {
            return;
        }
        if (parameter.getDescription() == null) {
            parameter.setDescription(explanation.description());
        }
        if (parameter.getExample() == null && explanation.example() != null) {
            parameter.setExample(explanation.example());
        }
    }

    /** A body that the scanner found to be a stream of bytes. */
    private static boolean isUpload(Operation operation) {
        return operation.getRequestBody() != null
                && operation.getRequestBody().getContent().getMediaTypes().values().stream()
                        .anyMatch(media -> media.getSchema() != null
                                && "binary".equals(media.getSchema().getFormat()));
    }

    /** The form comes first: it is what the documentation's page offers first, and there a file can be chosen. */
    private static void describeUpload(Operation operation) {
        var records = example(operation.getOperationId() + ".request")
                .map(OpenApiDocument::records)
                .orElse(List.of());
        var form = OASFactory.createSchema()
                .addType(Schema.SchemaType.OBJECT)
                .addProperty("file", file().description("CSV, NDJSON or JSON, as its name or media type says"));
        if (Boolean.TRUE.equals(operation.getRequestBody().getRequired())) {
            form.addRequired("file");
        }
        operation
                .getRequestBody()
                .content(OASFactory.createContent()
                        .addMediaType(FORM, OASFactory.createMediaType().schema(form))
                        .addMediaType(CSV, text().example(csv(records)))
                        .addMediaType(NDJSON, text().example(ndjson(records)))
                        .addMediaType(JSON, recordsOrRecord().example(records)));
    }

    private static Schema file() {
        return OASFactory.createSchema()
                .addType(Schema.SchemaType.STRING)
                .format("binary")
                .contentMediaType(BINARY);
    }

    private static MediaType text() {
        return OASFactory.createMediaType().schema(OASFactory.createSchema().addType(Schema.SchemaType.STRING));
    }

    private static MediaType recordsOrRecord() {
        var record = OASFactory.createSchema().addType(Schema.SchemaType.OBJECT);
        var records = OASFactory.createSchema()
                .addType(Schema.SchemaType.ARRAY)
                .items(OASFactory.createSchema().addType(Schema.SchemaType.OBJECT));
        return OASFactory.createMediaType()
                .schema(OASFactory.createSchema().addAnyOf(records).addAnyOf(record));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> records(Object example) {
        return (List<Map<String, Object>>) example;
    }

    private static String csv(List<Map<String, Object>> records) {
        Set<String> columns = new LinkedHashSet<>();
        records.forEach(record -> columns.addAll(record.keySet()));
        var lines = records.stream()
                .map(record -> columns.stream()
                        .map(column -> String.valueOf(record.getOrDefault(column, "")))
                        .collect(Collectors.joining(",", "", "\n")))
                .collect(Collectors.joining());
        return String.join(",", columns) + "\n" + lines;
    }

    private static String ndjson(List<Map<String, Object>> records) {
        return records.stream().map(record -> toJson(record) + "\n").collect(Collectors.joining());
    }

    private static void addExamples(Operation operation) {
        var first = true;
        for (var entry : new TreeMap<>(operation.getResponses().getAPIResponses()).entrySet()) {
            var content = entry.getValue().getContent();
            if (entry.getKey().startsWith("2") && content != null) {
                var name = operation.getOperationId() + (first ? "" : "." + entry.getKey());
                example(name).ifPresent(example -> addExample(content, example));
                first = false;
            }
        }
    }

    private static void addExample(Content content, Object example) {
        content.getMediaTypes().forEach((type, media) -> {
            if (type.equals(EVENT_STREAM)) {
                // The type of a stream is that of its events.
                media.schema(media.getSchema().getItems()).example("data: " + toJson(example) + "\n\n");
            } else {
                media.setExample(example);
            }
        });
    }

    private static Set<ProblemType> problems(Operation operation, boolean upload) {
        var problems = new LinkedHashSet<ProblemType>();
        var parameters = parameters(operation);
        problems.add(ProblemType.UNAUTHENTICATED);
        problems.add(ProblemType.FORBIDDEN);
        problems.add(ProblemType.INTERNAL_ERROR);
        problems.add(ProblemType.UNAVAILABLE);
        if (upload) {
            problems.add(ProblemType.INVALID_FILE);
            problems.add(ProblemType.UPLOAD_INTERRUPTED);
        } else if (operation.getRequestBody() != null
                || parameters.stream().anyMatch(parameter -> parameter.getIn() != Parameter.In.PATH)) {
            problems.add(ProblemType.INVALID_REQUEST);
        }
        if (operation.getRequestBody() != null) {
            problems.add(ProblemType.TOO_LARGE);
            problems.add(ProblemType.UNSUPPORTED_MEDIA_TYPE);
        }
        parameters.stream()
                .filter(parameter -> parameter.getIn() == Parameter.In.PATH)
                .map(parameter -> UNKNOWN.getOrDefault(parameter.getName(), ProblemType.NOT_FOUND))
                .forEach(problems::add);
        if (parameters.stream().anyMatch(parameter -> parameter.getName().equals(IDEMPOTENCY_KEY))) {
            problems.add(ProblemType.IDEMPOTENCY_KEY_REUSED);
        }
        if (parameters.stream().anyMatch(parameter -> parameter.getName().equals(IF_MATCH))) {
            problems.add(ProblemType.PRECONDITION_FAILED);
        }
        if (SIGNED.contains(operation.getOperationId())) {
            problems.addAll(OF_WEBHOOKS);
        }
        problems.addAll(MORE.getOrDefault(operation.getOperationId(), List.of()));
        problems.addAll(MORE_OF_RECOVERY.getOrDefault(operation.getOperationId(), List.of()));
        return problems;
    }

    /** Several problems can have one status; the last one is the example. */
    private static void addProblem(Operation operation, ProblemType type) {
        var media = OASFactory.createMediaType()
                .schema(OASFactory.createSchema().ref("#/components/schemas/Problem"))
                .example(exampleOf(type));
        operation
                .getResponses()
                .addAPIResponse(
                        String.valueOf(type.status()),
                        OASFactory.createAPIResponse()
                                .description(type.title())
                                .content(OASFactory.createContent().addMediaType(Problem.MEDIA_TYPE, media)));
    }

    private static Map<String, Object> exampleOf(ProblemType type) {
        var example = new LinkedHashMap<String, Object>();
        example.put("type", type.urn());
        example.put("title", type.title());
        example.put("status", type.status());
        example.put("detail", DETAILS.getOrDefault(type, type.title()));
        example.put("request_id", "5e1f0c2a9b7d4436");
        return example;
    }

    private static void sortByStatus(Operation operation) {
        Map<String, APIResponse> sorted = new TreeMap<>(operation.getResponses().getAPIResponses());
        operation.getResponses().setAPIResponses(sorted);
    }

    private static Optional<Object> example(String name) {
        var classLoader = Thread.currentThread().getContextClassLoader();
        try (var file = classLoader.getResourceAsStream(EXAMPLES + name + ".json")) {
            return file == null ? Optional.empty() : Optional.of(MAPPER.readValue(file, Object.class));
        } catch (IOException e) {
            throw new UncheckedIOException("The example " + name + " is not JSON", e);
        }
    }

    private static String toJson(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
