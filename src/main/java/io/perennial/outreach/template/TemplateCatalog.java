package io.perennial.outreach.template;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;

import io.perennial.platform.EntityTag;
import io.perennial.platform.Page;
import io.perennial.platform.ProblemType;
import io.perennial.tenant.Access;
import io.perennial.tenant.Caller;
import io.perennial.tenant.Idempotency;
import io.perennial.tenant.TenantDatabase;

/** An organization's templates: its own ones, and for the rest those that come with the service; and how it changes them. */
@ApplicationScoped
class TemplateCatalog {

    private final TenantDatabase database;
    private final Idempotency idempotency;
    private final Access access;
    private final TemplateStore store;
    private final DefaultTemplates defaults;
    private final Clock clock;

    TemplateCatalog(
            TenantDatabase database,
            Idempotency idempotency,
            Access access,
            TemplateStore store,
            DefaultTemplates defaults,
            Clock clock) {
        this.database = database;
        this.idempotency = idempotency;
        this.access = access;
        this.store = store;
        this.defaults = defaults;
        this.clock = clock;
    }

    /** What a list of templates is narrowed down to; null for any. */
    record Filter(Trigger trigger, Tone tone, MessageStage stage, Medium channel, String language) {

        boolean matches(TemplateKey key) {
            return (trigger == null || trigger == key.trigger())
                    && (tone == null || tone == key.tone())
                    && (stage == null || stage == key.stage())
                    && (channel == null || channel == key.channel())
                    && (language == null || language.equals(key.language()));
        }

        /** The same for {@code like}, in which an underscore stands for any character unless it is escaped. */
        String pattern() {
            return String.join(
                    ".",
                    part(trigger == null ? null : trigger.value()),
                    part(tone == null ? null : tone.value()),
                    part(stage == null ? null : stage.value()),
                    part(channel == null ? null : channel.value()),
                    part(language));
        }

        private static String part(String value) {
            return value == null
                    ? "%"
                    : value.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%");
        }
    }

    /**
     * Templates in the order of their names.
     *
     * @param after the name that the page before ended with; null for the first page
     */
    Uni<Page<MessageTemplate>> list(UUID organization, Filter filter, String after, int limit) {
        var start = after == null ? "" : after;
        return store.list(organization, filter.pattern(), start, limit + 1).map(own -> {
            var edited = own.stream().collect(Collectors.toMap(TemplateStore.Stored::template, stored -> stored));
            var names = new TreeSet<>(edited.keySet());
            defaults.all().tailMap(start, false).keySet().stream()
                    .filter(name -> filter.matches(TemplateKey.of(name)))
                    .limit(limit + 1L)
                    .forEach(names::add);
            var templates = names.stream()
                    .limit(limit + 1L)
                    .map(name -> edited.containsKey(name)
                            ? template(TemplateKey.of(name), edited.get(name))
                            : MessageTemplate.asItCame(
                                    TemplateKey.of(name), defaults.all().get(name), 0, null))
                    .toList();
            return Page.of(templates, limit, MessageTemplate::template);
        });
    }

    /** A template; fails with {@link ProblemType#UNKNOWN_TEMPLATE} when neither the organization nor the service has it. */
    Uni<MessageTemplate> find(UUID organization, TemplateKey key) {
        return database.transaction(organization, connection -> store.read(connection, organization, key))
                .map(stored -> existing(key, stored));
    }

    /**
     * Makes a template the organization's own, or changes it.
     *
     * @param expected null for any version
     * @return fails with {@link ProblemType#INVALID_TEMPLATE} when it cannot be used and with {@link
     *     ProblemType#PRECONDITION_FAILED} when it is not of the version expected
     */
    Uni<MessageTemplate> replace(
            UUID organization, TemplateKey key, String idempotencyKey, EntityTag expected, NewTemplate template) {
        template.validate(key);
        return change(
                organization,
                key,
                idempotencyKey,
                "PUT templates %s %s %s".formatted(key.name(), expected, template),
                (connection, caller, stored) -> {
                    var before = variants(key, stored);
                    var version = checked(key, stored, expected) + 1;
                    var now = new TemplateStore.Stored(
                            key.name(), since(before, template.variants(), version), true, version, clock.instant());
                    return store.write(connection, organization, now)
                            .chain(() -> store.note(connection, organization, "edited", caller, before, now))
                            .map(noted -> template(key, now));
                });
    }

    /** Gives a template back: what came with the service is said again. One that is as it came stays so. */
    Uni<MessageTemplate> reset(UUID organization, TemplateKey key, String idempotencyKey, EntityTag expected) {
        return change(
                organization,
                key,
                idempotencyKey,
                "DELETE templates %s %s".formatted(key.name(), expected),
                (connection, caller, stored) -> {
                    var before = existing(key, stored);
                    var version = checked(key, stored, expected) + 1;
                    if (!before.isEdited()) {
                        return Uni.createFrom().item(before);
                    }
                    var now =
                            new TemplateStore.Stored(key.name(), variants(key, null), false, version, clock.instant());
                    return store.write(connection, organization, now)
                            .chain(() -> store.note(connection, organization, "reset", caller, before.variants(), now))
                            .map(noted -> template(key, now));
                });
    }

    /** A change as it is done on a connection to what is stored, null for nothing, and who asked for it. */
    private interface Work {
        Uni<MessageTemplate> on(SqlConnection connection, Caller caller, TemplateStore.Stored stored);
    }

    private Uni<MessageTemplate> change(
            UUID organization, TemplateKey key, String idempotencyKey, String request, Work work) {
        return access.caller()
                .chain(caller -> database.transaction(
                        organization,
                        connection -> idempotency.once(
                                connection,
                                organization,
                                idempotencyKey,
                                request,
                                MessageTemplate.class,
                                () -> store.changeAlone(connection, organization, key)
                                        .chain(() -> store.read(connection, organization, key))
                                        .chain(stored -> work.on(connection, caller, stored)))));
    }

    private static int checked(TemplateKey key, TemplateStore.Stored stored, EntityTag expected) {
        var version = stored == null ? 0 : stored.version();
        if (expected != null && !expected.matches(version)) {
            throw ProblemType.PRECONDITION_FAILED.problem(
                    "Template %s is at version %d now; read it again", key.name(), version);
        }
        return version;
    }

    /** What is said as it was stays of the revision that it was of. */
    private static List<Variant> since(List<Variant> before, List<Variant> after, int version) {
        var since = new ArrayList<Variant>();
        for (var variant : after) {
            since.add(variant.since(before.stream()
                    .filter(one ->
                            one.name().equals(variant.name()) && one.content().equals(variant.content()))
                    .findFirst()
                    .map(Variant::revision)
                    .orElse(version)));
        }
        return since;
    }

    private List<Variant> variants(TemplateKey key, TemplateStore.Stored stored) {
        return stored != null && stored.isEdited()
                ? stored.variants()
                : defaults.find(key)
                        .map(content -> List.of(new Variant(Variant.DEFAULT, 1, content, 0)))
                        .orElse(List.of());
    }

    private MessageTemplate existing(TemplateKey key, TemplateStore.Stored stored) {
        if (stored != null && stored.isEdited()) {
            return template(key, stored);
        }
        return defaults.find(key)
                .map(content -> MessageTemplate.asItCame(
                        key,
                        content,
                        stored == null ? 0 : stored.version(),
                        stored == null ? null : stored.updatedAt()))
                .orElseThrow(() -> ProblemType.UNKNOWN_TEMPLATE.problem("No template %s", key.name()));
    }

    private static MessageTemplate template(TemplateKey key, TemplateStore.Stored stored) {
        return MessageTemplate.of(key, stored.isEdited(), stored.variants(), stored.version(), stored.updatedAt());
    }
}
