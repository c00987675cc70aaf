package io.perennial.outreach.channel;

import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.vertx.UniHelper;
import io.vertx.core.Vertx;
import io.vertx.ext.mail.MailClient;
import io.vertx.ext.mail.MailConfig;
import io.vertx.ext.mail.MailMessage;
import io.vertx.ext.mail.SMTPException;
import io.vertx.ext.mail.StartTLSOptions;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.perennial.outreach.template.Medium;

/**
 * Sends e-mail over SMTP, as a text and the same in HTML. However often one is sent, its {@code Message-ID} is the same, by which
 * mail servers and programs tell that they have it already; and whoever reads it can unsubscribe with one click.
 *
 * <p>Each e-mail has a connection to itself for as long as it is sent, which the next one takes over. Where a server does not
 * answer in time the connection is ended with the attempt: what stayed in the queue of a pool would come through later, after it
 * was tried again.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8058">RFC 8058: Signaling One-Click Functionality for List Email Headers</a>
 */
@ApplicationScoped
class EmailChannel implements Channel {

    /** What a server answers about a mailbox that is not there, if it does not say more. */
    private static final Set<Integer> OF_MAILBOXES = Set.of(550, 551, 553);

    /** What it answers whoever may not speak with it now: it closes, has trouble, or does not accept who we are. */
    private static final Set<Integer> OF_THE_SERVER = Set.of(421, 432, 454, 530, 534, 535, 538);

    private static final int LOCAL_ERROR = 451;

    private static final Duration CONNECTING = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final ChannelConfig.Email config;
    private final Queue<MailClient> idle = new ConcurrentLinkedQueue<>();

    EmailChannel(Vertx vertx, ChannelConfig config) {
        this.vertx = vertx;
        this.config = config.email();
    }

    private MailClient client() {
        var known = idle.poll();
        return known == null ? MailClient.create(vertx, options()) : known;
    }

    private MailConfig options() {
        var options = new MailConfig(config.host().orElseThrow(), config.port())
                .setSsl(config.tls())
                .setStarttls(StartTLSOptions.valueOf(config.startTls().toUpperCase(Locale.ROOT)))
                .setMaxPoolSize(1)
                .setKeepAlive(true);
        options.setConnectTimeout((int) CONNECTING.toMillis());
        config.username().ifPresent(options::setUsername);
        config.password().ifPresent(options::setPassword);
        return options;
    }

    @Override
    public Medium medium() {
        return Medium.EMAIL;
    }

    @Override
    public boolean isConfigured() {
        return config.host().isPresent() && config.from().isPresent();
    }

    @Override
    public Duration timeLimit() {
        return config.timeLimit();
    }

    @Override
    public Uni<Receipt> send(Outgoing message) {
        var from = Optional.ofNullable(message.sender().address())
                .orElseGet(() -> config.from().orElseThrow());
        var id = messageId(message);
        return Uni.createFrom()
                .deferred(() -> send(mail(message, from, id)))
                .replaceWith(Receipt.of(id))
                .onFailure()
                .transform(this::understood);
    }

    private Uni<Void> send(MailMessage mail) {
        var client = client();
        return Uni.createFrom()
                .deferred(() -> UniHelper.toUni(client.sendMail(mail)))
                .ifNoItem()
                .after(config.timeLimit())
                .fail()
                .onFailure(TimeoutException.class)
                .invoke(() -> client.close())
                .onCancellation()
                .invoke(() -> client.close())
                .onItemOrFailure()
                .invoke((sent, e) -> {
                    if (!(e instanceof TimeoutException)) {
                        idle.add(client);
                    }
                })
                .replaceWithVoid();
    }

    /** It stays when the organization takes another address meanwhile. */
    private String messageId(Outgoing message) {
        var from = config.from().orElseThrow();
        return "<%s@%s>".formatted(message.message(), from.substring(from.lastIndexOf('@') + 1));
    }

    private static MailMessage mail(Outgoing message, String from, String id) {
        var mail = new MailMessage()
                .setFrom(mailbox(message.sender().name(), from))
                .setTo(message.address())
                .setSubject(message.subject())
                .setText(message.text())
                .setHtml(message.html())
                .addHeader("Message-ID", id);
        if (message.sender().replyTo() != null) {
            mail.addHeader("Reply-To", message.sender().replyTo());
        }
        if (message.unsubscribeUrl() != null) {
            mail.addHeader("List-Unsubscribe", "<" + message.unsubscribeUrl() + ">")
                    .addHeader("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        return mail;
    }

    /**
     * A name in ASCII is quoted (RFC 5322, 3.4), any other is encoded as it is (RFC 2047). What would end the quotes or the line is
     * left out.
     */
    private static String mailbox(String name, String address) {
        if (name == null) {
            return address;
        }
        var clean = name.replaceAll("[\"\\\\<>\\p{Cntrl}]", "");
        var isAscii = StandardCharsets.US_ASCII.newEncoder().canEncode(clean);
        return (isAscii ? "\"%s\" <%s>" : "%s <%s>").formatted(clean, address);
    }

    private ChannelFailure understood(Throwable e) {
        if (e instanceof ChannelFailure failure) {
            return failure;
        }
        if (e instanceof TimeoutException) {
            return ChannelFailure.passing(
                    "did not answer within %d ms", config.timeLimit().toMillis());
        }
        if (e instanceof SMTPException refused) {
            return understood(refused);
        }
        return e instanceof IllegalArgumentException
                ? ChannelFailure.lasting("not an address")
                : ChannelFailure.passing(
                        e instanceof IOException ? "cannot be reached" : "cannot be asked: %s",
                        e.getClass().getSimpleName());
    }

    /**
     * Servers put mail off that they do not know yet, and refuse senders; neither says anything about other mail.
     *
     * @see <a href="https://www.rfc-editor.org/rfc/rfc3463">RFC 3463: Enhanced Mail System Status Codes</a>
     */
    static ChannelFailure understood(SMTPException refused) {
        if (isAboutTheMailbox(refused)) {
            return ChannelFailure.lasting("mailbox refused: %d", refused.getReplyCode());
        }
        return isAboutTheServer(refused)
                ? ChannelFailure.passing("answered %d", refused.getReplyCode())
                : ChannelFailure.deferred("answered %d", refused.getReplyCode());
    }

    private static boolean isAboutTheMailbox(SMTPException refused) {
        if (!refused.isPermanent()) {
            return false;
        }
        return switch (refused.getEnhancedStatus()) {
            case OTHER_ADDRESS, OTHER_MAILBOX -> true;
            case OTHER_UNKNOWN, OTHER_UNDEFINED -> OF_MAILBOXES.contains(refused.getReplyCode());
            default -> false;
        };
    }

    private static boolean isAboutTheServer(SMTPException refused) {
        if (OF_THE_SERVER.contains(refused.getReplyCode())) {
            return true;
        }
        return switch (refused.getEnhancedStatus()) {
            case OTHER_MAIL_SYSTEM, OTHER_NETWORK -> true;
            case OTHER_UNKNOWN, OTHER_UNDEFINED -> refused.getReplyCode() == LOCAL_ERROR;
            default -> false;
        };
    }

    @PreDestroy
    void close() {
        idle.forEach(MailClient::close);
    }
}
