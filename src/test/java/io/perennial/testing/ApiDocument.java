package io.perennial.testing;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** The service's own API document, so that a test can go over every operation there is. */
public final class ApiDocument {

    private final JsonNode root;

    private ApiDocument(JsonNode root) {
        this.root = root;
    }

    /** An operation as the document describes it. */
    public record Operation(String method, String path, JsonNode description) {

        public String id() {
            return description.path("operationId").asText();
        }

        /** Its parameters that are {@code in} the path, the query or the header. */
        public List<JsonNode> parameters(String in) {
            return StreamSupport.stream(description.path("parameters").spliterator(), false)
                    .filter(parameter -> parameter.path("in").asText().equals(in))
                    .toList();
        }

        /** The names of the parameters in its path. */
        public List<String> pathParameters() {
            return parameters("path").stream()
                    .map(parameter -> parameter.path("name").asText())
                    .toList();
        }

        public boolean hasBody() {
            return description.has("requestBody");
        }

        /** The contents of the body by media type. */
        public JsonNode bodyContent() {
            return description.path("requestBody").path("content");
        }

        public boolean isUpload() {
            return bodyContent().has("multipart/form-data");
        }

        @Override
        public String toString() {
            return id() + " (" + method + " " + path + ")";
        }
    }

    /** Asks the running service. */
    public static ApiDocument read() {
        var text = given().get("/q/openapi?format=json")
                .then()
                .statusCode(200)
                .extract()
                .asString();
        try {
            return new ApiDocument(new ObjectMapper().readTree(text));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    public JsonNode root() {
        return root;
    }

    /** Every operation there is. */
    public List<Operation> operations() {
        var operations = new ArrayList<Operation>();
        root.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(entry -> entry.getValue().has("responses"))
                        .forEach(entry -> operations.add(
                                new Operation(entry.getKey().toUpperCase(), path.getKey(), entry.getValue()))));
        return operations;
    }

    /** A node, or what it refers to. */
    public JsonNode resolve(JsonNode node) {
        return node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
    }

    /** The schema of a component. */
    public JsonNode schema(String name) {
        return root.path("components").path("schemas").path(name);
    }
}
