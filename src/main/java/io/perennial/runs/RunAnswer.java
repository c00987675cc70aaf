package io.perennial.runs;

import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.core.Response;

/** The two ways to answer whoever starts a run: at once with the run, or at its end with what came of it. */
public final class RunAnswer {

    private static final String PATH = "/api/v1/runs/";

    private RunAnswer() {}

    /** 202 with the run and where to follow it. */
    public static Uni<Response> accepted(Run run) {
        return Uni.createFrom()
                .item(Response.accepted(run).header("Location", PATH + run.id()).build());
    }

    /** 200 with what came of a run, and a link to it. */
    public static Response ended(Run run, Object result) {
        return Response.ok(result)
                .header("Link", "<%s%s>; rel=\"run\"".formatted(PATH, run.id()))
                .build();
    }
}
