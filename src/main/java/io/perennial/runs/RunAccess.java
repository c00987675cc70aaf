package io.perennial.runs;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.NameBinding;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Response;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;

/** Finds the run of a path that names no organization. To a caller, another organization's runs do not exist. */
@ApplicationScoped
class RunAccess {

    /** Marks operations that answer with a stream of what happens to the run in their path. */
    @NameBinding
    @Retention(RetentionPolicy.RUNTIME)
    @interface Streamed {}

    private static final Pattern UUID_SHAPE = Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Access access;
    private final Runs runs;

    RunAccess(Access access, Runs runs) {
        this.access = access;
        this.runs = runs;
    }

    /** A run of the caller; fails with {@link ProblemType#UNKNOWN_RUN}. */
    Uni<Run> run(UUID id) {
        return access.caller()
                .chain(caller -> caller.organization() == null
                        ? runs.organizationOf(id)
                        : Uni.createFrom().item(caller.organization()))
                .chain(organization -> runs.get(organization, id));
    }

    /**
     * The status of a stream is sent before its first event, when it is too late to say that there is no such run. What is
     * no UUID is left to the operation, which refuses it.
     */
    @Streamed
    @ServerRequestFilter
    public Uni<Response> mustExist(ContainerRequestContext request) {
        var id = request.getUriInfo().getPathParameters().getFirst("run_id");
        return UUID_SHAPE.matcher(id).matches()
                ? run(UUID.fromString(id)).replaceWith((Response) null)
                : Uni.createFrom().nullItem();
    }
}
