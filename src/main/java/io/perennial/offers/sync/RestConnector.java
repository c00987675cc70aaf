package io.perennial.offers.sync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Reads the offers of a system that serves them as JSON over HTTP, page by page. It believes nothing: pages that are missing,
 * repeated or empty before their end, and totals that are not those of the pages, are failures, because what it does not see
 * would be taken back from the catalog.
 */
@ApplicationScoped
class RestConnector implements Connector {

    private static final Pattern NEXT = Pattern.compile(
            "<([^>]*)>\\s*(?:;[^,]*)?;\\s*rel\\s*=\\s*\"?(?:[^\",;]*\\s)?next(?:\\s[^\",;]*)?\"?",
            Pattern.CASE_INSENSITIVE);

    private final PageClient client;
    private final Addresses addresses;
    private final Secrets secrets;
    private final SyncConfig config;
    private final ObjectReader json;

    RestConnector(PageClient client, Addresses addresses, Secrets secrets, SyncConfig config, ObjectMapper json) {
        this.client = client;
        this.addresses = addresses;
        this.secrets = secrets;
        this.config = config;
        this.json = json.reader().with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    }

    @Override
    public Uni<Fetched> fetch(UUID organization, String system, SourceDescription source, String etag) {
        return Uni.createFrom()
                .deferred(() -> new Reading(source, headers(organization, source)).first(etag))
                .ifNoItem()
                .after(config.timeLimit())
                .fail()
                .onFailure(TimeoutException.class)
                .transform(e -> SourceFailure.passing(
                        "%s took more than %d s for all of its pages",
                        system, config.timeLimit().toSeconds()));
    }

    private Map<String, String> headers(UUID organization, SourceDescription source) {
        var withSecret = source.auth() != SourceDescription.Auth.NONE;
        addresses.refusal(source.url(), withSecret).ifPresent(reason -> {
            throw SourceFailure.ours("The URL %s", reason);
        });
        var headers = new HashMap<String, String>();
        headers.put("Accept", "application/json");
        if (withSecret) {
            var host = URI.create(source.url()).getHost();
            var secret = secrets.of(source.secretReference(), organization, host);
            headers.put("Authorization", authorization(source, secret));
        }
        return headers;
    }

    private static String authorization(SourceDescription source, String secret) {
        if (source.auth() == SourceDescription.Auth.BEARER) {
            return "Bearer " + secret;
        }
        var credentials = (source.username() + ":" + secret).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    /** One reading of a source from its first page to its last. */
    private final class Reading {

        private final Paging paging;
        private final URI start;
        private final Map<String, String> headers;
        private final List<JsonNode> items = new ArrayList<>();
        private final Set<URI> asked = new HashSet<>();
        private Long totalPages;
        private Long totalItems;
        private int pages;

        Reading(SourceDescription source, Map<String, String> headers) {
            this.paging = source.paging();
            this.start = URI.create(source.url());
            this.headers = headers;
        }

        Uni<Fetched> first(String etag) {
            var conditional = new HashMap<>(headers);
            if (etag != null) {
                conditional.put("If-None-Match", etag);
            }
            var url = paging.kind() == Paging.Kind.PAGE
                    ? with(sized(start), paging.pageParameter(), String.valueOf(paging.firstPageOrDefault()))
                    : sized(start);
            return client.get(url, conditional).chain(page -> {
                if (page.status() == 304) {
                    if (etag == null) {
                        throw SourceFailure.lasting("%s answered 304 without being asked for changes", start.getHost());
                    }
                    return Uni.createFrom().item(new Fetched(true, List.of(), etag));
                }
                return read(page).chain(end -> complete(page.etag()));
            });
        }

        /** The tag of a first page says nothing about the others. */
        private Uni<Fetched> complete(String etag) {
            if (totalItems != null && totalItems != items.size()) {
                throw SourceFailure.lasting(
                        "%s says that it has %d offers, but its pages have %d",
                        start.getHost(), totalItems, items.size());
            }
            return Uni.createFrom().item(new Fetched(false, List.copyOf(items), pages == 1 ? etag : null));
        }

        private Uni<Void> read(PageClient.Page page) {
            return Uni.createFrom()
                    .item(page)
                    .emitOn(Infrastructure.getDefaultWorkerPool())
                    .map(this::take)
                    .chain(next -> next.isEmpty()
                            ? Uni.createFrom().voidItem()
                            : client.get(next.get(), headers).chain(this::readChanged));
        }

        private Uni<Void> readChanged(PageClient.Page page) {
            if (page.status() == 304) {
                throw SourceFailure.lasting("%s answered 304 without being asked for changes", start.getHost());
            }
            return read(page);
        }

        /** Takes the offers of a page and yields where the next one is. */
        private Optional<URI> take(PageClient.Page page) {
            pages++;
            asked.add(page.url());
            var document = parse(page);
            var found = paging.items() == null ? document : document.at(paging.items());
            if (!found.isArray()) {
                throw SourceFailure.lasting(
                        "%s sent a page %d that has no list of offers at %s",
                        start.getHost(), pages, paging.items() == null ? "its root" : paging.items());
            }
            found.forEach(items::add);
            if (items.size() > config.maxOffers()) {
                throw SourceFailure.lasting("%s has more than %d offers", start.getHost(), config.maxOffers());
            }
            totalItems = total(document, paging.totalItems(), totalItems, "offers");
            totalPages = total(document, paging.totalPages(), totalPages, "pages");
            var next = next(page, document, found.size());
            if (next.isPresent() && pages >= config.maxPages()) {
                throw SourceFailure.lasting("%s has more than %d pages", start.getHost(), config.maxPages());
            }
            if (next.isPresent() && asked.contains(next.get())) {
                throw SourceFailure.lasting("%s leads from page %d back to one before", start.getHost(), pages);
            }
            return next;
        }

        private JsonNode parse(PageClient.Page page) {
            try {
                var document = json.readTree(page.body().toString(StandardCharsets.UTF_8));
                if (document == null || document.isMissingNode()) {
                    throw SourceFailure.lasting("%s sent an empty page %d", start.getHost(), pages);
                }
                return document;
            } catch (JsonProcessingException e) {
                throw SourceFailure.lasting("%s sent a page %d that is not JSON", start.getHost(), pages);
            }
        }

        private Long total(JsonNode document, String pointer, Long before, String what) {
            if (pointer == null) {
                return null;
            }
            var total = document.at(pointer);
            if (!total.isIntegralNumber() || total.longValue() < 0) {
                throw SourceFailure.lasting("%s does not say at %s how many %s it has", start.getHost(), pointer, what);
            }
            if (before != null && before != total.longValue()) {
                throw SourceFailure.lasting(
                        "%s said that it has %d %s, and then %d", start.getHost(), before, what, total.longValue());
            }
            return total.longValue();
        }

        private Optional<URI> next(PageClient.Page page, JsonNode document, int found) {
            return switch (paging.kind()) {
                case NONE -> Optional.empty();
                case PAGE -> nextNumber(found);
                case CURSOR -> nextCursor(document);
                case LINK -> nextLink(page);
            };
        }

        private Optional<URI> nextNumber(int found) {
            if (totalPages != null && pages >= totalPages) {
                return Optional.empty();
            }
            if (found == 0) {
                if (totalPages != null) {
                    throw SourceFailure.lasting(
                            "%s says that it has %d pages, but page %d is empty", start.getHost(), totalPages, pages);
                }
                return Optional.empty();
            }
            var number = paging.firstPageOrDefault() + pages;
            return Optional.of(with(sized(start), paging.pageParameter(), String.valueOf(number)));
        }

        private Optional<URI> nextCursor(JsonNode document) {
            var cursor = document.at(paging.nextCursor());
            return cursor.isMissingNode() || cursor.isNull() || cursor.asText().isEmpty()
                    ? Optional.empty()
                    : Optional.of(with(sized(start), paging.cursorParameter(), cursor.asText()));
        }

        /** Another host would be sent the secret of this one. */
        private Optional<URI> nextLink(PageClient.Page page) {
            var link = NEXT.matcher(page.link() == null ? "" : page.link());
            if (!link.find()) {
                return Optional.empty();
            }
            try {
                var next = resolved(page.url(), link.group(1));
                if (!start.getScheme().equalsIgnoreCase(next.getScheme())
                        || !start.getHost().equalsIgnoreCase(next.getHost())
                        || Addresses.port(start) != Addresses.port(next)) {
                    throw SourceFailure.lasting("%s leads to another host after page %d", start.getHost(), pages);
                }
                return Optional.of(next);
            } catch (IllegalArgumentException e) {
                throw SourceFailure.lasting("%s leads nowhere after page %d", start.getHost(), pages);
            }
        }

        private URI sized(URI url) {
            return paging.sizeParameter() == null
                    ? url
                    : with(url, paging.sizeParameter(), String.valueOf(paging.pageSize()));
        }
    }

    /** As RFC 3986 has it, where a query on its own keeps the path; {@link URI#resolve} drops its last part. */
    private static URI resolved(URI url, String link) {
        return url.resolve(link.startsWith("?") ? url.getRawPath() + link : link);
    }

    private static URI with(URI url, String parameter, String value) {
        var added = URLEncoder.encode(parameter, StandardCharsets.UTF_8) + "="
                + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return URI.create(url + (url.getRawQuery() == null ? "?" : "&") + added);
    }
}
