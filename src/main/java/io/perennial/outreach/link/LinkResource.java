package io.perennial.outreach.link;

import io.smallrye.mutiny.Uni;
import jakarta.annotation.security.PermitAll;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HEAD;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Clock;
import java.util.Base64;
import java.util.Locale;
import java.util.function.Function;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestPath;
import org.jboss.resteasy.reactive.RestQuery;

import io.perennial.outreach.message.Delivery;

/**
 * What the links in messages lead to. Whoever has the link needs no key. Mailboxes have scanners that follow every link, so
 * that looking at one changes nothing but counts; what changes something is posted.
 */
@Path("/")
@PermitAll
class LinkResource {

    private static final Logger LOG = Logger.getLogger(LinkResource.class);

    /** A transparent picture of one point. */
    private static final byte[] POINT =
            Base64.getDecoder().decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private static final String NOTHING_FROM_ELSEWHERE =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    private final LinkTokens tokens;
    private final LinkVisits visits;
    private final Pages pages;
    private final Clock clock;

    LinkResource(LinkTokens tokens, LinkVisits visits, Pages pages, Clock clock) {
        this.tokens = tokens;
        this.visits = visits;
        this.pages = pages;
        this.clock = clock;
    }

    /** Who looks at a link, as far as the browser tells. */
    static class Visitor {

        @RestPath
        String token;

        @HeaderParam(HttpHeaders.ACCEPT_LANGUAGE)
        String languages;

        /** What browsers send that fetch what nobody has asked for yet. */
        @HeaderParam("Sec-Purpose")
        String purpose;

        boolean isPerson() {
            return purpose == null || !purpose.toLowerCase(Locale.ROOT).contains("prefetch");
        }
    }

    @GET
    @Path("r/{token}")
    @Operation(hidden = true)
    public Uni<Response> follow(@BeanParam Visitor visitor) {
        return answer(
                LinkKind.ACTION,
                visitor,
                link -> visitor.isPerson() && link.settings().trackClicks()
                        ? visits.note(link, Delivery.Kind.CLICKED).map(noted -> leadOn(link, visitor))
                        : Uni.createFrom().item(leadOn(link, visitor)));
    }

    @HEAD
    @Path("r/{token}")
    @Operation(hidden = true)
    public Uni<Response> lookAhead(@BeanParam Visitor visitor) {
        return answer(LinkKind.ACTION, visitor, link -> Uni.createFrom().item(leadOn(link, visitor)));
    }

    private Response leadOn(KnownLink link, Visitor visitor) {
        var destination = link.destination();
        return destination == null
                ? page(200, PageKind.NO_SITE, link, visitor)
                : guarded(Response.status(302))
                        .header(HttpHeaders.LOCATION, destination)
                        .build();
    }

    @GET
    @Path("o/{token}")
    @Operation(hidden = true)
    public Uni<Response> open(@BeanParam Visitor visitor) {
        var id = tokens.verify(LinkKind.PIXEL, visitor.token);
        if (id.isEmpty()) {
            return Uni.createFrom().item(guarded(Response.status(404)).build());
        }
        return visits.find(LinkKind.PIXEL, id.get())
                .chain(link -> link != null
                                && !link.isExpired(clock.instant())
                                && link.settings().trackOpens()
                        ? visits.note(link, Delivery.Kind.OPENED)
                        : Uni.createFrom().voidItem())
                .onFailure()
                .recoverWithUni(LinkResource::goOn)
                .map(noted -> picture());
    }

    @HEAD
    @Path("o/{token}")
    @Operation(hidden = true)
    public Uni<Response> lookAtPicture(@BeanParam Visitor visitor) {
        return Uni.createFrom()
                .item(
                        tokens.verify(LinkKind.PIXEL, visitor.token).isEmpty()
                                ? guarded(Response.status(404)).build()
                                : picture());
    }

    private static Uni<Void> goOn(Throwable failure) {
        LOG.error("It is not noted that a message was opened", failure);
        return Uni.createFrom().voidItem();
    }

    private static Response picture() {
        return guarded(Response.ok(POINT, "image/gif")).build();
    }

    @GET
    @Path("u/{token}")
    @Operation(hidden = true)
    public Uni<Response> askToUnsubscribe(@BeanParam Visitor visitor) {
        return answer(
                LinkKind.UNSUBSCRIBE,
                visitor,
                link -> Uni.createFrom().item(page(200, PageKind.UNSUBSCRIBE, link, visitor)));
    }

    @HEAD
    @Path("u/{token}")
    @Operation(hidden = true)
    public Uni<Response> lookAtUnsubscribing(@BeanParam Visitor visitor) {
        return askToUnsubscribe(visitor);
    }

    /**
     * Unsubscribes at once, as mailboxes ask for it and as the page's button does.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc8058">RFC 8058: signaling one-click functionality</a>
     */
    @POST
    @Path("u/{token}")
    @Operation(hidden = true)
    public Uni<Response> unsubscribe(@BeanParam Visitor visitor, @RestQuery String by) {
        var source = "button".equals(by) ? "unsubscribe_link" : "one_click";
        return answer(
                LinkKind.UNSUBSCRIBE,
                visitor,
                link -> visits.unsubscribe(link, source).map(noted -> page(200, PageKind.UNSUBSCRIBED, link, visitor)));
    }

    private Uni<Response> answer(LinkKind kind, Visitor visitor, Function<KnownLink, Uni<Response>> work) {
        var id = tokens.verify(kind, visitor.token);
        if (id.isEmpty()) {
            return Uni.createFrom().item(page(404, PageKind.INVALID, null, visitor));
        }
        return visits.find(kind, id.get())
                .chain(link -> link == null || link.isExpired(clock.instant())
                        ? Uni.createFrom().item(page(410, PageKind.EXPIRED, link, visitor))
                        : work.apply(link))
                .onFailure()
                .recoverWithItem(failure -> unavailable(failure, visitor));
    }

    private Response unavailable(Throwable failure, Visitor visitor) {
        LOG.error("A link cannot be followed", failure);
        return page(503, PageKind.UNAVAILABLE, null, visitor);
    }

    /** @param link null where it is unknown whose it is */
    private Response page(int status, PageKind kind, KnownLink link, Visitor visitor) {
        var reader = link == null
                ? new Pages.Reader(null, null, null, visitor.languages)
                : new Pages.Reader(
                        link.company(), link.settings().supportContact(), link.language(), visitor.languages);
        return guarded(Response.status(status))
                .entity(pages.write(kind, reader))
                .type("text/html; charset=UTF-8")
                .header("Content-Security-Policy", NOTHING_FROM_ELSEWHERE)
                .build();
    }

    /** What is answered is for this visitor and this time, and where they go next does not learn where they come from. */
    private static Response.ResponseBuilder guarded(Response.ResponseBuilder response) {
        return response.header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header("Referrer-Policy", "no-referrer")
                .header("X-Content-Type-Options", "nosniff")
                .header("X-Robots-Tag", "noindex, nofollow");
    }
}
