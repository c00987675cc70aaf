package io.perennial.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.net.URI;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.microprofile.config.ConfigProvider;

/**
 * Where the service of the tests finds who carries its messages: at two ports of this machine where nobody listens until a test
 * starts somebody who does, a mail server at one, and Twilio, Firebase and a CRM at the other. Messages are not sent by
 * themselves; a test says when.
 */
public final class Providers {

    public static final String ACCOUNT = "AC0123456789abcdef0123456789abcdef";
    public static final String AUTH_TOKEN = "secret-of-the-account";
    public static final String SMS_FROM = "+15005550006";
    public static final String PROJECT = "perennial-test";
    public static final String CLIENT_EMAIL = "sender@perennial-test.iam.gserviceaccount.com";
    public static final String TASK_SECRET = "secret-of-the-tasks";
    public static final String MAIL_FROM = "no-reply@perennial.example";
    public static final String PUBLIC_URL = "https://go.example";

    private static final String CHANNELS = "perennial.outreach.channels.";

    private Providers() {}

    /** The port of the mail server. */
    public static int mailPort() {
        return setting("email.port", Integer.class);
    }

    /** The port of everybody else. */
    public static int httpPort() {
        return URI.create(setting("sms.url", String.class)).getPort();
    }

    private static <T> T setting(String name, Class<T> type) {
        return ConfigProvider.getConfig().getValue(CHANNELS + name, type);
    }

    static Map<String, String> settings() {
        var http = "http://localhost:" + freePort();
        return Map.ofEntries(
                Map.entry("perennial.outreach.public-url", PUBLIC_URL),
                Map.entry(CHANNELS + "email.host", "localhost"),
                Map.entry(CHANNELS + "email.port", String.valueOf(freePort())),
                Map.entry(CHANNELS + "email.from", MAIL_FROM),
                Map.entry(CHANNELS + "email.time-limit", "3s"),
                Map.entry(CHANNELS + "sms.url", http),
                Map.entry(CHANNELS + "sms.account-sid", ACCOUNT),
                Map.entry(CHANNELS + "sms.auth-token", AUTH_TOKEN),
                Map.entry(CHANNELS + "sms.from", SMS_FROM),
                Map.entry(CHANNELS + "sms.time-limit", "3s"),
                Map.entry(CHANNELS + "push.url", http),
                Map.entry(CHANNELS + "push.project-id", PROJECT),
                Map.entry(CHANNELS + "push.client-email", CLIENT_EMAIL),
                Map.entry(CHANNELS + "push.private-key", privateKey()),
                Map.entry(CHANNELS + "push.token-url", http + "/token"),
                Map.entry(CHANNELS + "push.time-limit", "3s"),
                Map.entry(CHANNELS + "phone.url", http + "/tasks"),
                Map.entry(CHANNELS + "phone.secret", TASK_SECRET),
                Map.entry(CHANNELS + "phone.time-limit", "3s"));
    }

    /** Below those that the system hands out by itself, for nobody listens there for most of the time. */
    private static int freePort() {
        while (true) {
            var port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
            try (var socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException e) {
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String privateKey() {
        try {
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            var key = generator.generateKeyPair().getPrivate().getEncoded();
            return "-----BEGIN PRIVATE KEY-----\\n%s\\n-----END PRIVATE KEY-----\\n"
                    .formatted(Base64.getEncoder().encodeToString(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
