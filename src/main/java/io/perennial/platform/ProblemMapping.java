package io.perennial.platform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.json.Json;
import io.vertx.ext.web.RoutingContext;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import jakarta.inject.Inject;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns whatever a request failed with into a problem document. */
class ProblemMapping {

    private static final Logger LOG = Logger.getLogger(ProblemMapping.class);

    private final RoutingContext request;

    @Inject
    ProblemMapping(RoutingContext request) {
        this.request = request;
    }

    @ServerExceptionMapper
    Response problem(ProblemException e) {
        if (e.type().status() >= 500) {
            LOG.error(e.getMessage(), e);
        }
        return answer(e.type(), e.getMessage(), e.errors());
    }

    @ServerExceptionMapper({UnauthorizedException.class, AuthenticationFailedException.class})
    Response unauthenticated(SecurityException e) {
        return answer(
                ProblemType.UNAUTHENTICATED, "Send a valid key as X-API-Key or as Authorization: Bearer", List.of());
    }

    @ServerExceptionMapper
    Response forbidden(ForbiddenException e) {
        return answer(ProblemType.FORBIDDEN, "The role of this API key does not allow this operation", List.of());
    }

    @ServerExceptionMapper
    Response invalid(ConstraintViolationException e) {
        var errors = e.getConstraintViolations().stream()
                .map(violation -> new InputError(null, field(violation), violation.getMessage()))
                .sorted((a, b) -> a.field().compareTo(b.field()))
                .toList();
        return answer(ProblemType.INVALID_REQUEST, InputError.joined(errors), errors);
    }

    /** The last part of the path; the first are the method and its parameter. */
    private static String field(ConstraintViolation<?> violation) {
        String field = "";
        for (Path.Node node : violation.getPropertyPath()) {
            field = node.getName();
        }
        return snakeCase(field);
    }

    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** The subclasses are named because Quarkus has mappers of its own for them. */
    @ServerExceptionMapper({
        JsonProcessingException.class,
        MismatchedInputException.class,
        UnrecognizedPropertyException.class,
        ValueInstantiationException.class
    })
    Response unreadable(JsonProcessingException e) {
        var field = e instanceof JsonMappingException mapping
                ? mapping.getPath().stream()
                        .map(JsonMappingException.Reference::getFieldName)
                        .map(String::valueOf)
                        .collect(Collectors.joining("."))
                : null;
        var line = e.getLocation() == null ? null : (long) e.getLocation().getLineNr();
        var errors = List.of(new InputError(line, field, reason(e)));
        return answer(ProblemType.INVALID_REQUEST, "The body is not the JSON that is expected here", errors);
    }

    private static String reason(JsonProcessingException e) {
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return e.getCause().getMessage();
        }
        return e instanceof UnrecognizedPropertyException ? "is not a field of this request" : e.getOriginalMessage();
    }

    @ServerExceptionMapper
    Response framework(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException json) {
            return unreadable(json);
        }
        var status = e.getResponse().getStatus();
        if (status < 400) {
            return e.getResponse();
        }
        var parameter = status == 404 ? unreadableParameter(e) : Optional.<InputError>empty();
        if (parameter.isPresent()) {
            var error = parameter.get();
            return answer(ProblemType.INVALID_REQUEST, error.field() + " " + error.reason(), List.of(error));
        }
        var type = ProblemType.ofStatus(status);
        return answer(type, status < 500 ? e.getMessage() : "See the log for this request id", List.of());
    }

    /** To the framework, a query parameter that it cannot read is a thing not found, because of what quotes the value. */
    private Optional<InputError> unreadableParameter(WebApplicationException e) {
        var cause = e.getCause() == null ? "" : String.valueOf(e.getCause().getMessage());
        return request.queryParams().entries().stream()
                .filter(parameter -> !parameter.getValue().isEmpty() && cause.contains(parameter.getValue()))
                .findFirst()
                .map(parameter ->
                        new InputError(null, parameter.getKey(), "cannot be read: %s".formatted(parameter.getValue())));
    }

    /** What the database said is for the log only. */
    @ServerExceptionMapper
    Response database(PgException e) {
        LOG.error("The database refused a statement", e);
        return isOverloadOrShutdown(e)
                ? unavailable()
                : answer(ProblemType.INTERNAL_ERROR, "See the log for this request id", List.of());
    }

    /** SQLSTATE classes 08, connection, 53, resources, and 57, intervention of an operator. */
    private static boolean isOverloadOrShutdown(PgException e) {
        var state = String.valueOf(e.getSqlState());
        return state.startsWith("08") || state.startsWith("53") || state.startsWith("57");
    }

    @ServerExceptionMapper({ConnectException.class, ClosedConnectionException.class, TimeoutException.class})
    Response databaseAway(Exception e) {
        LOG.errorf("The database does not answer: %s", e.getMessage());
        return unavailable();
    }

    private Response unavailable() {
        return answer(ProblemType.UNAVAILABLE, "The database does not answer; try again", List.of());
    }

    @ServerExceptionMapper({IOException.class, UncheckedIOException.class})
    Response interrupted(Exception e) {
        return answer(
                ProblemType.UPLOAD_INTERRUPTED, "The upload ended before it was complete; nothing was kept", List.of());
    }

    @ServerExceptionMapper
    Response unexpected(Throwable e) {
        LOG.error("Unexpected", e);
        return answer(ProblemType.INTERNAL_ERROR, "See the log for this request id", List.of());
    }

    private Response answer(ProblemType type, String detail, List<InputError> errors) {
        var problem = Problem.of(type, detail, RequestId.of(request), errors);
        var response = Response.status(type.status()).type(Problem.MEDIA_TYPE).entity(problem);
        if (type.status() == 401) {
            response.header("WWW-Authenticate", type == ProblemType.UNAUTHENTICATED ? "Bearer" : "Signature");
        }
        return response.build();
    }

    /** Writes a problem outside of the REST layer. */
    static void write(RoutingContext request, ProblemType type, String detail) {
        var problem = Problem.of(type, detail, RequestId.of(request), List.of());
        request.response()
                .setStatusCode(type.status())
                .putHeader("Content-Type", Problem.MEDIA_TYPE)
                .end(Json.encode(problem));
    }
}
