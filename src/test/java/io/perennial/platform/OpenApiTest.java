package io.perennial.platform;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.restassured.builder.MultiPartSpecBuilder;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ApiDocument;
import io.perennial.testing.ServiceTest;

@ServiceTest
class OpenApiTest {

    private static final String JSON = "application/json";
    private static final String NDJSON = "application/x-ndjson";
    private static final String CSV = "text/csv";
    private static final String FORM = "multipart/form-data";
    private static final Path EXAMPLES = Path.of("src/main/resources/META-INF/openapi/examples");

    /** 59.9 and 59.90 are the same number. */
    private static final Comparator<JsonNode> BY_VALUE = (one, other) -> one.isNumber() && other.isNumber()
            ? one.decimalValue().compareTo(other.decimalValue())
            : one.equals(other) ? 0 : 1;

    private static final Map<String, Method> METHODS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("io.perennial").stream()
                    .filter(type -> type.getSimpleName().endsWith("Resource"))
                    .map(JavaClass::reflect)
                    .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                    .filter(method -> method.isAnnotationPresent(Operation.class))
                    .filter(method -> !method.getAnnotation(Operation.class).hidden())
                    .collect(Collectors.toMap(
                            method -> method.getAnnotation(Operation.class).operationId(),
                            method -> method,
                            (method, bridge) -> method));

    @Inject
    ObjectMapper json;

    private ApiDocument document;

    @BeforeEach
    void readTheDocument() {
        document = ApiDocument.read();
    }

    @Test
    void theDocumentIntroducesTheService() {
        var info = document.root().path("info");
        assertThat(info.path("title").asText()).isEqualTo("Perennial");
        assertThat(info.path("version").asText()).matches("\\d+\\.\\d+\\.\\d+.*");
        assertThat(info.path("description").asText()).contains("API key");
        assertThat(info.path("license").path("name").asText()).isEqualTo("Apache-2.0");
        assertThat(document.root().has("servers")).isFalse();
    }

    @Test
    void theMetricsHaveRoomForEveryPath() {
        var most = ConfigProvider.getConfig().getValue("quarkus.micrometer.binder.http-server.max-uri-tags", int.class);

        assertThat(most).isGreaterThan(2 * document.root().path("paths").size());
    }

    @Test
    void aKeyIsNeededAsAHeaderOrAsABearerToken() {
        var schemes = document.root().path("components").path("securitySchemes");
        assertThat(schemes.path("ApiKey").path("type").asText()).isEqualTo("apiKey");
        assertThat(schemes.path("ApiKey").path("in").asText()).isEqualTo("header");
        assertThat(schemes.path("ApiKey").path("name").asText()).isEqualTo("X-API-Key");
        assertThat(schemes.path("Bearer").path("type").asText()).isEqualTo("http");
        assertThat(schemes.path("Bearer").path("scheme").asText()).isEqualTo("bearer");
        assertThat(document.root().path("security").findValues("ApiKey")).hasSize(1);
        assertThat(document.root().path("security").findValues("Bearer")).hasSize(1);
    }

    @Test
    void everyOperationSaysWhatItIs() {
        assertThat(document.operations()).isNotEmpty();
        for (var operation : document.operations()) {
            assertThat(operation.id()).as(operation.toString()).matches("[a-z][A-Za-z]+");
            assertThat(operation.description().path("summary").asText())
                    .as(operation.toString())
                    .isNotBlank();
            assertThat(operation.description().path("tags"))
                    .as(operation.toString())
                    .isNotEmpty();
            for (var parameter : operation.description().path("parameters")) {
                assertThat(parameter.path("description").asText())
                        .as("%s: %s", operation, parameter.path("name"))
                        .isNotBlank();
            }
        }
        assertThat(document.operations().stream().map(ApiDocument.Operation::id))
                .doesNotHaveDuplicates();
    }

    @Test
    void theParametersThatOperationsShareAreThere() {
        var transactions = operation("uploadTransactions");
        assertThat(names(transactions, "path")).containsExactly("org_id");
        assertThat(names(transactions, "query")).containsExactlyInAnyOrder("as_of", "date_format", "decimal_mark");
        assertThat(names(transactions, "header")).containsExactly("Idempotency-Key");
        var segment = operation("segmentOrganization");
        assertThat(names(segment, "path")).containsExactly("org_id");
        assertThat(names(segment, "query")).containsExactly("as_of");
        assertThat(names(segment, "header")).containsExactlyInAnyOrder("Idempotency-Key", "Prefer");
    }

    @Test
    void everyOperationSaysWhatCanGoWrong() {
        for (var operation : document.operations()) {
            var problems = operation.description().path("responses").properties().stream()
                    .filter(response -> response.getKey().compareTo("400") >= 0)
                    .toList();
            assertThat(problems.stream().map(Map.Entry::getKey).collect(Collectors.toSet()))
                    .as(operation.toString())
                    .containsAll(expectedStatuses(operation));
            problems.forEach(response -> assertIsProblem(operation, response.getKey(), response.getValue()));
        }
    }

    private static Set<String> expectedStatuses(ApiDocument.Operation operation) {
        var statuses = new TreeSet<>(List.of("401", "403", "500", "503"));
        if (!operation.pathParameters().isEmpty()) {
            statuses.add("404");
        }
        if (operation.hasBody()) {
            statuses.addAll(List.of("400", "413", "415"));
        }
        if (operation.isUpload()) {
            statuses.add("408");
        }
        if (!operation.parameters("query").isEmpty()
                || !operation.parameters("header").isEmpty()) {
            statuses.add("400");
        }
        if (names(operation, "header").contains("Idempotency-Key")) {
            statuses.add("422");
        }
        return statuses;
    }

    private void assertIsProblem(ApiDocument.Operation operation, String status, JsonNode response) {
        var what = "%s %s".formatted(operation, status);
        var content = response.path("content").path(Problem.MEDIA_TYPE);
        var example = content.path("example");
        assertThat(content.path("schema").path("$ref").asText()).as(what).isEqualTo("#/components/schemas/Problem");
        assertThat(example.path("status").asText()).as(what).isEqualTo(status);
        assertThat(example.path("type").asText()).as(what).startsWith("urn:perennial:problem:");
        assertRoundTrip(what, example, json.constructType(Problem.class));
    }

    @Test
    void everySuccessHasAnExampleOfItsType() {
        for (var operation : document.operations()) {
            var successes = operation.description().path("responses").properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .toList();
            assertThat(successes).as(operation.toString()).isNotEmpty();
            for (var success : successes) {
                var status = success.getKey();
                var content = success.getValue().path("content");
                if (status.equals("204")) {
                    assertThat(content).as(operation.toString()).isEmpty();
                } else {
                    assertRoundTrip(
                            "%s %s".formatted(operation, status), exampleOf(content), answerType(operation, status));
                }
            }
        }
    }

    /** The example of a response; that of a stream is one event. */
    private JsonNode exampleOf(JsonNode content) {
        assertThat(content.properties()).as("%s", content).hasSize(1);
        if (content.has("text/event-stream")) {
            var event = content.path("text/event-stream").path("example").asText();
            assertThat(event).startsWith("data: ").endsWith("\n\n");
            return read(event.substring("data: ".length()));
        }
        return content.path(JSON).path("example");
    }

    @Test
    void everyBodyHasAnExampleOfItsType() {
        for (var operation : document.operations()) {
            if (operation.hasBody() && !operation.isUpload()) {
                assertThat(operation.bodyContent().properties())
                        .as(operation.toString())
                        .hasSize(1);
                assertRoundTrip(
                        operation + " body",
                        operation.bodyContent().path(JSON).path("example"),
                        bodyType(METHODS.get(operation.id())));
            }
        }
    }

    @Test
    void everyUploadTakesFormsAndRawBodies() {
        var uploads = document.operations().stream()
                .filter(ApiDocument.Operation::isUpload)
                .toList();
        assertThat(uploads)
                .extracting(ApiDocument.Operation::id)
                .contains("uploadTransactions", "uploadEvents", "uploadCustomers", "segmentOrganization");
        for (var upload : uploads) {
            assertThat(upload.bodyContent().properties().stream().map(Map.Entry::getKey))
                    .as(upload.toString())
                    .containsExactly(FORM, CSV, NDJSON, JSON);
            var file = upload.bodyContent().path(FORM).at("/schema/properties/file");
            assertThat(file.path("type").asText()).as(upload.toString()).isEqualTo("string");
            assertThat(file.path("format").asText()).as(upload.toString()).isEqualTo("binary");
        }
        assertThat(operation("uploadEvents")
                        .description()
                        .at("/requestBody/required")
                        .asBoolean())
                .isTrue();
        assertThat(operation("segmentOrganization")
                        .description()
                        .at("/requestBody/required")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void theExamplesOfUploadsAreTakenInEveryFormat() {
        document.operations().stream()
                .filter(ApiDocument.Operation::isUpload)
                .forEach(upload -> List.of(CSV, NDJSON, JSON).forEach(type -> {
                    var organization = Api.organization("ecommerce");
                    Api.upload(organization, "customers", "customer_id\nCUST_00001\nCUST_00002\nCUST_00003\n");
                    var example = upload.bodyContent().path(type).path("example");
                    var text = example.isTextual() ? example.asText() : example.toString();
                    var raw =
                            Api.asAdmin().contentType(type + "; charset=UTF-8").body(text);
                    var form = Api.asAdmin()
                            .multiPart(new MultiPartSpecBuilder(text.getBytes(StandardCharsets.UTF_8))
                                    .controlName("file")
                                    .fileName("file")
                                    .mimeType(type)
                                    .build());
                    for (var request : List.of(raw, form)) {
                        var answer = request.post(upload.path(), organization);
                        assertThat(answer.statusCode())
                                .as("%s %s: %s", upload, type, answer.asString())
                                .isEqualTo(200);
                        assertThat(answer.<Boolean>path("success"))
                                .as("%s %s: %s", upload, type, answer.asString())
                                .isTrue();
                    }
                }));
    }

    @Test
    void everyExampleFileIsUsed() throws IOException {
        var used = new HashSet<String>();
        for (var operation : document.operations()) {
            used.add(operation.id() + ".json");
            if (operation.hasBody()) {
                used.add(operation.id() + ".request.json");
            }
            operation.description().path("responses").properties().stream()
                    .filter(response -> response.getKey().startsWith("2"))
                    .skip(1)
                    .forEach(response -> used.add(operation.id() + "." + response.getKey() + ".json"));
        }
        try (var files = Files.list(EXAMPLES)) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(file -> !used.contains(file)))
                    .as("examples of nothing")
                    .isEmpty();
        }
    }

    @Test
    void fieldsAreDescribedAsTheyAreWritten() {
        document.root().path("components").path("schemas").properties().forEach(schema -> {
            var fields = schema.getValue().path("properties").properties().stream()
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(fields).as(schema.getKey()).allMatch(field -> field.matches("[a-z][a-z0-9_]*|[RFME]"));
        });
        var transaction = document.schema("Transaction").path("properties");
        assertThat(transaction.path("amount").path("type").asText()).isEqualTo("number");
        assertThat(document.resolve(transaction.path("occurred_at"))
                        .path("format")
                        .asText())
                .isEqualTo("date-time");
        assertThat(document.schema("CustomerSegment").at("/properties/segment_score/examples"))
                .isNotEmpty();
    }

    @Test
    void aWatchedRunIsAStreamOfRuns() {
        assertThat(operation("watchRun")
                        .description()
                        .path("responses")
                        .path("200")
                        .path("content")
                        .path("text/event-stream")
                        .path("schema")
                        .path("$ref")
                        .asText())
                .isEqualTo("#/components/schemas/Run");
    }

    @Test
    void readingTheDocumentNeedsNoKey() {
        given().get("/q/openapi").then().statusCode(200);
    }

    private ApiDocument.Operation operation(String id) {
        return document.operations().stream()
                .filter(operation -> operation.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> names(ApiDocument.Operation operation, String in) {
        return operation.parameters(in).stream()
                .map(parameter -> parameter.path("name").asText())
                .toList();
    }

    /** What is read from an example and written again is the example, so it has every field and no other. */
    private void assertRoundTrip(String what, JsonNode example, JavaType type) {
        assertThat(example.isMissingNode()).as("%s has no example", what).isFalse();
        var strict = json.copy()
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
        try {
            var written = strict.readTree(strict.writeValueAsString(strict.readValue(example.toString(), type)));
            assertThat(example.equals(BY_VALUE, written))
                    .as("%s: %s is read as %s", what, example, written)
                    .isTrue();
        } catch (IOException e) {
            throw new AssertionError(what + ": " + e.getMessage(), e);
        }
    }

    private JavaType answerType(ApiDocument.Operation operation, String status) {
        var method = METHODS.get(operation.id());
        var type = item(method.getGenericReturnType());
        return json.constructType(
                type != Response.class
                        ? type
                        : Arrays.stream(method.getAnnotationsByType(APIResponse.class))
                                .filter(response -> response.responseCode().equals(status))
                                .findFirst()
                                .orElseThrow()
                                .content()[0]
                                .schema()
                                .implementation());
    }

    private static Type item(Type type) {
        return type instanceof ParameterizedType generic
                        && (generic.getRawType() == Uni.class || generic.getRawType() == Multi.class)
                ? generic.getActualTypeArguments()[0]
                : type;
    }

    /**
     * The parameter that no annotation takes from anywhere else. A body whose bytes are signed is read as bytes, so its operation
     * says itself what it is.
     */
    private JavaType bodyType(Method method) {
        var described = Arrays.stream(method.getParameters())
                .map(parameter -> parameter.getAnnotation(RequestBody.class))
                .filter(body -> body != null && body.content().length == 1)
                .findFirst();
        if (described.isPresent()) {
            return json.constructType(described.get().content()[0].schema().implementation());
        }
        return json.constructType(Arrays.stream(method.getParameters())
                .filter(parameter -> Arrays.stream(parameter.getAnnotations())
                        .map(annotation -> annotation.annotationType().getPackageName())
                        .noneMatch(name -> name.startsWith("jakarta.ws.rs") || name.startsWith("org.jboss.resteasy")))
                .findFirst()
                .orElseThrow()
                .getParameterizedType());
    }

    private JsonNode read(String text) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
