package io.perennial.outreach.channel;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** What the channels need to reach customers. A channel that was not told all of it is not used. */
@ConfigMapping(prefix = "perennial.outreach.channels")
public interface ChannelConfig {

    /** E-mail, by SMTP. */
    Email email();

    /** Text messages, by Twilio or what speaks like it. */
    Sms sms();

    /** Push messages, by Firebase Cloud Messaging. */
    Push push();

    /** Tasks for people who call, by a webhook of a CRM or the like. */
    Phone phone();

    /** E-mail, by SMTP. DKIM signatures, which one-click unsubscription asks for, are up to the server. */
    interface Email {

        /** The mail server; without one no e-mail is sent. */
        Optional<String> host();

        /** Its port. */
        @WithDefault("25")
        int port();

        /** Who logs in, if anybody. */
        Optional<String> username();

        /** With what. */
        Optional<String> password();

        /** Whether TLS begins with the connection. */
        @WithDefault("false")
        boolean tls();

        /** Whether it begins later: {@code DISABLED}, {@code OPTIONAL} or {@code REQUIRED}. */
        @WithDefault("OPTIONAL")
        String startTls();

        /** The address that e-mail is from where an organization has none of its own; without it no e-mail is sent. */
        Optional<String> from();

        /**
         * How long sending may take. A server that has all of an e-mail may take minutes to say so (RFC 5321, 4.5.3.2.6), and
         * who does not wait sends it twice.
         */
        @WithDefault("2m")
        Duration timeLimit();
    }

    /** Text messages, by Twilio or what speaks like it. */
    interface Sms {

        /** Where its API is. */
        @WithDefault("https://api.twilio.com")
        URI url();

        /** The account; without one no text message is sent. */
        Optional<String> accountSid();

        /** The account's secret, which its status callbacks are signed with too. */
        Optional<String> authToken();

        /** The number that messages are from, unless there is a messaging service. */
        Optional<String> from();

        /** The messaging service that chooses the number. */
        Optional<String> messagingServiceSid();

        /** How long one request may take. */
        @WithDefault("30s")
        Duration timeLimit();
    }

    /** Push messages, by Firebase Cloud Messaging. */
    interface Push {

        /** Where its API is. */
        @WithDefault("https://fcm.googleapis.com")
        URI url();

        /** The project; without one no push message is sent. */
        Optional<String> projectId();

        /** The service account that sends: {@code client_email} of its key. */
        Optional<String> clientEmail();

        /** Its private key, PKCS #8 in PEM: {@code private_key} of its key. Line breaks may be written as {@code \n}. */
        Optional<String> privateKey();

        /** Where access tokens are asked for: {@code token_uri} of its key. */
        @WithDefault("https://oauth2.googleapis.com/token")
        URI tokenUrl();

        /** How long one request may take. */
        @WithDefault("30s")
        Duration timeLimit();
    }

    /** Tasks for people who call, by a webhook of a CRM or the like. */
    interface Phone {

        /** Where tasks are posted to; without it there are none. */
        Optional<URI> url();

        /** What they are signed with, as {@code Perennial-Signature}; unsigned without. */
        Optional<String> secret();

        /** The {@code Authorization} that whoever takes them asks for, such as ClickUp's token. */
        Optional<String> authorization();

        /** How long one request may take. */
        @WithDefault("30s")
        Duration timeLimit();
    }
}
