package io.perennial.helm;

import static java.util.stream.Collectors.toCollection;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.jandex.Indexer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.perennial.intake.billing.BillingConfig;
import io.perennial.outreach.channel.ChannelConfig;
import io.perennial.outreach.link.LinkConfig;
import io.perennial.recovery.dunning.DunningConfig;

/** The settings of the service: the chart can set each of them, and those that are secret by reference only. */
class ChartSettingsTest {

    private static final Path CLASSES = Path.of("target", "classes", "io", "perennial");

    private static final Set<String> SECRETS = Set.of(
            "PERENNIAL_OUTREACH_LINK_SECRET",
            "PERENNIAL_OUTREACH_CHANNELS_EMAIL_PASSWORD",
            "PERENNIAL_OUTREACH_CHANNELS_SMS_AUTH_TOKEN",
            "PERENNIAL_OUTREACH_CHANNELS_PUSH_PRIVATE_KEY",
            "PERENNIAL_OUTREACH_CHANNELS_PHONE_SECRET",
            "PERENNIAL_OUTREACH_CHANNELS_PHONE_AUTHORIZATION",
            "PERENNIAL_BILLING_WEBHOOK_MASTER_KEYS",
            "PERENNIAL_RECOVERY_CASES_ALERT_SECRET");

    /** What has values of its own in the chart. */
    private static final String OWN = "PERENNIAL_DATABASE_.*|PERENNIAL_ADMIN_KEY";

    /** What is named after a source of offers or an organization, so no class can name it. */
    private static final String NAMED_AFTER_OTHERS =
            "PERENNIAL_OFFERS_SECRET_.*|(PERENNIAL|STRIPE)_WEBHOOK_SECRET_[0-9A-F]{8}(_[0-9A-F]{4}){3}_[0-9A-F]{12}";

    @TempDir
    Path folder;

    /** The interfaces that declare settings. */
    private static List<ConfigClass> declarations() throws IOException, ClassNotFoundException {
        var indexer = new Indexer();
        try (var files = Files.walk(CLASSES)) {
            for (var file :
                    files.filter(name -> name.toString().endsWith(".class")).toList()) {
                try (var bytes = Files.newInputStream(file)) {
                    indexer.index(bytes);
                }
            }
        }
        var declarations = new ArrayList<ConfigClass>();
        for (var annotation : indexer.complete().getAnnotations(ConfigMapping.class)) {
            declarations.add(ConfigClass.configClass(
                    Class.forName(annotation.target().asClass().name().toString())));
        }
        return declarations;
    }

    /** The variables of all settings that the service declares. */
    private static Set<String> settings() throws IOException, ClassNotFoundException {
        return declarations().stream()
                .flatMap(declaration -> ConfigMappings.getProperties(declaration).keySet().stream())
                .filter(name -> !name.endsWith("[*]"))
                .map(name -> name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT))
                .collect(toCollection(TreeSet::new));
    }

    static Set<String> secrets() {
        return SECRETS;
    }

    private String render(String values) throws IOException {
        return Chart.render(Files.writeString(folder.resolve("values.yaml"), values));
    }

    private static String secret(String name) {
        return "{name: %s, secret: a, key: b}".formatted(name);
    }

    @Test
    void everySettingCanBeSetAndThoseThatAreSecretByReference() throws Exception {
        var settings = settings();
        assertThat(settings).hasSizeGreaterThan(100).containsAll(SECRETS);
        settings.removeIf(name -> name.matches(OWN));
        var plain = new TreeSet<>(settings);
        plain.removeAll(SECRETS);

        var rendered = Chart.parse(render("config: {%s}%nsecretConfig: [%s]"
                .formatted(
                        plain.stream().map(name -> name + ": 1").collect(Collectors.joining(", ")),
                        SECRETS.stream().map(ChartSettingsTest::secret).collect(Collectors.joining(", ")))));

        var config = (ConfigMap) rendered.stream()
                .filter(ConfigMap.class::isInstance)
                .findFirst()
                .orElseThrow();
        assertThat(config.getData().keySet()).containsAll(plain).doesNotContainAnyElementsOf(SECRETS);
    }

    @ParameterizedTest
    @MethodSource("secrets")
    void aSettingThatIsSecretIsRefusedAmongThoseThatAreNot(String name) {
        assertThatThrownBy(() -> render("config: {%s: x}".formatted(name))).hasMessageContaining(name);
    }

    @ParameterizedTest
    @MethodSource("io.perennial.helm.ChartTest#values")
    void theServiceReadsWhatTheChartSets(Path values) throws Exception {
        var chart = Chart.of(values);
        var container = chart.the(Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0);
        var config = chart.all(ConfigMap.class).get(0).getData();
        var given = Stream.concat(
                        config.keySet().stream(), container.getEnv().stream().map(EnvVar::getName))
                .filter(name -> !name.matches("QUARKUS_.*|JAVA_TOOL_OPTIONS|" + NAMED_AFTER_OTHERS))
                .toList();
        assertThat(given).as("the service declares each of them").isSubsetOf(settings());

        var environment = container.getEnv().stream()
                .collect(toMap(
                        EnvVar::getName, variable -> variable.getValue() == null ? "secret" : variable.getValue()));
        environment.putAll(config);
        var builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withDefaultValues(new TreeMap<>(Map.of(
                        "perennial.database.schema-version", "1",
                        "perennial.database.user", "owner",
                        "perennial.database.password", "secret")))
                .withSources(new EnvConfigSource(environment, 300));
        for (var declaration : declarations()) {
            builder.withMapping(declaration);
        }
        var read = builder.build();

        var email = read.getConfigMapping(ChannelConfig.class).email();
        assertThat(email.host().isPresent()).isEqualTo(config.containsKey("PERENNIAL_OUTREACH_CHANNELS_EMAIL_HOST"));
        if (values.endsWith("everything.yaml")) {
            assertThat(email.port()).isEqualTo(587);
            assertThat(email.password()).contains("secret");
            assertThat(read.getConfigMapping(LinkConfig.class).publicUrl()).isEqualTo("https://retention.example");
            assertThat(read.getConfigMapping(BillingConfig.class).tolerance()).hasMinutes(2);
            assertThat(read.getConfigMapping(DunningConfig.class).enabled()).isFalse();
        }
    }
}
