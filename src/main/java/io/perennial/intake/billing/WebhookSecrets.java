package io.perennial.intake.billing;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.Config;

import io.perennial.platform.DatabaseConfig;

/**
 * What webhooks of an organization are signed with. Secrets come from the environment only, the current one first, others that
 * are still valid after it, separated by commas: Stripe's from {@code STRIPE_WEBHOOK_SECRET_<organization>}, Perennial's own
 * from {@code PERENNIAL_WEBHOOK_SECRET_<organization>} and derived from the master keys. The organization is written in capitals
 * with underscores for its hyphens.
 */
@ApplicationScoped
class WebhookSecrets {

    private static final String PURPOSE = "perennial webhook ";

    /** Of the embedded database, which holds nobody's customers. */
    private static final String EVALUATION_KEY = "master key for evaluation";

    private final Config environment;
    private final List<String> masterKeys;

    WebhookSecrets(Config environment, BillingConfig config, DatabaseConfig database) {
        this.environment = environment;
        var given = config.webhookMasterKeys().stream()
                .flatMap(List::stream)
                .filter(key -> !key.isBlank())
                .toList();
        this.masterKeys = given.isEmpty() && database.embedded() ? List.of(EVALUATION_KEY) : given;
    }

    /** The secrets that are valid now, the current one first; none when there is nothing to derive one from. */
    List<String> of(Source source, UUID organization) {
        return source == Source.STRIPE
                ? inEnvironment("STRIPE_WEBHOOK_SECRET_", organization).toList()
                : Stream.concat(
                                inEnvironment("PERENNIAL_WEBHOOK_SECRET_", organization),
                                masterKeys.stream().map(key -> "pwhs_" + digest(key, PURPOSE + organization)))
                        .toList();
    }

    private Stream<String> inEnvironment(String prefix, UUID organization) {
        var name = prefix + organization.toString().replace('-', '_').toUpperCase(Locale.ROOT);
        return environment.getOptionalValue(name, String.class).stream()
                .flatMap(secrets -> Arrays.stream(secrets.split(",")))
                .map(String::strip)
                .filter(secret -> !secret.isEmpty());
    }

    private static String digest(String key, String what) {
        return HexFormat.of().formatHex(Signature.mac(key).doFinal(what.getBytes(StandardCharsets.UTF_8)));
    }
}
