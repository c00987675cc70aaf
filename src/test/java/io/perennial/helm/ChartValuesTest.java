package io.perennial.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The values of the chart: which are refused, and that the README tells of all of them. */
class ChartValuesTest {

    private static final String ORGANIZATION = "organization: 7d0f6a58-51a2-4d1c-9d0a-3f2f1b6c7e10";
    private static final String RUN = "name: a, schedule: '0 2 * * *', " + ORGANIZATION;
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private String render(String values) throws IOException {
        return Chart.render(Files.writeString(folder.resolve("values.yaml"), values));
    }

    /** Values, and what the refusal names. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "replica: 2 | replica",
                "replicas: 0 | replicas",
                "replicas: two | replicas",
                "image: {flavor: graal} | flavor",
                "image: {digest: 'sha256:12'} | digest",
                "image: {tags: x} | tags",
                "image: {repository: ''} | repository",
                "image: {pullPolicy: Sometimes} | pullPolicy",
                "imagePullSecrets: [{name: a}] | imagePullSecrets",
                "database: {connection: {secret: ''}} | secret",
                "database: {connection: {password: hunter2}} | password",
                "database: {owner: {secret: Not_A_Name}} | secret",
                "database: {url: 'postgresql://a/b'} | url",
                "migration: {by: hand} | by",
                "migration: {retries: -1} | retries",
                "adminKey: {value: an-admin-key-of-20-letters} | value",
                "config: {PERENNIAL_DATABASE_PASSWORD: hunter2} | PERENNIAL_DATABASE_PASSWORD",
                "config: {PERENNIAL_DATABASE_URL: 'postgresql://a/b'} | PERENNIAL_DATABASE_URL",
                "config: {PERENNIAL_ADMIN_KEY: an-admin-key-of-20-letters} | PERENNIAL_ADMIN_KEY",
                "config: {PERENNIAL_OFFERS_SECRET_CRM: token} | PERENNIAL_OFFERS_SECRET_CRM",
                "config: {PERENNIAL_OFFERS_SECRET_HOST: token} | PERENNIAL_OFFERS_SECRET_HOST",
                "config: {QUARKUS_OIDC_CREDENTIALS_SECRET: s} | QUARKUS_OIDC_CREDENTIALS_SECRET",
                "config: {STRIPE_WEBHOOK_SECRET_7D0F6A58_51A2_4D1C_9D0A_3F2F1B6C7E10: s}"
                        + " | STRIPE_WEBHOOK_SECRET_7D0F6A58_51A2_4D1C_9D0A_3F2F1B6C7E10",
                "config: {PERENNIAL_OUTREACH_CHANNELS_PHONE_URL: 'https://me:hunter2@crm.example/'}"
                        + " | PERENNIAL_OUTREACH_CHANNELS_PHONE_URL",
                "config: {PERENNIAL_BILLING_TOLERANCE: whsec_abc} | PERENNIAL_BILLING_TOLERANCE",
                "config: {PERENNIAL_BILLING_TOLERANCE: sk_live_abc} | PERENNIAL_BILLING_TOLERANCE",
                "config: {PERENNIAL_BILLING_TOLERANCE: '-----BEGIN PRIVATE KEY-----'} | PERENNIAL_BILLING_TOLERANCE",
                "config: {QUARKUS_HTTP_PORT: 9090} | QUARKUS_HTTP_PORT",
                "config: {QUARKUS_SHUTDOWN_DELAY: 1S} | QUARKUS_SHUTDOWN_DELAY",
                "config: {perennial.runs.workers: 2} | perennial.runs.workers",
                "config: {PERENNIAL_RUNS_WORKERS: [2]} | PERENNIAL_RUNS_WORKERS",
                "secretConfig: [{name: PERENNIAL_OFFERS_SECRET_CRM, value: token}] | secretConfig",
                "secretConfig: [{name: PERENNIAL_ADMIN_KEY, secret: a, key: b}] | name",
                "secretConfig: [{name: PERENNIAL_DATABASE_PASSWORD, secret: a, key: b}] | name",
                "secretConfig: [{name: PERENNIAL_WEBHOOK_SECRET_HARBOR, secret: a, key: b}] | name",
                "secretConfig: [{name: STRIPE_WEBHOOK_SECRET_HARBOR, secret: a, key: b}] | name",
                "secretConfig: [{name: STRIPE_API_KEY, secret: a, key: b}] | name",
                "secretConfig: [{name: PERENNIAL_OUTREACH_LINK_SECRET, secret: a}] | key",
                "resources: {limits: {memory: lots}} | memory",
                "resources: {limit: {memory: 1Gi}} | limit",
                "tmp: {sizeLimit: ''} | sizeLimit",
                "podSecurity: {runAsUser: 0} | runAsUser",
                "podSecurity: {privileged: true} | privileged",
                "service: {port: 70000} | port",
                "service: {type: ExternalName} | type",
                "ingress: {enabled: true} | hosts",
                "ingress: {enabled: true, hosts: ['a.example']} | hosts",
                "ingress: {enabled: true, hosts: [{host: 'https://a.example'}]} | host",
                "probes: {readiness: {path: /ready}} | path",
                "probes: {startup: {periodSeconds: 0}} | periodSeconds",
                "shutdown: {drainSeconds: 0} | drainSeconds",
                "shutdown: {delaySeconds: 5s} | delaySeconds",
                "autoscaling: {enabled: 'yes'} | enabled",
                "disruptionBudget: {maxUnavailable: 0} | maxUnavailable",
                "disruptionBudget: {maxUnavailable: 150%} | maxUnavailable",
                "topologySpread: {zone: Maybe} | zone",
                "networkPolicy: {ingressFrom: {}} | ingressFrom",
                "networkPolicy: {egress: {mailTo: smtp.example}} | mailTo",
                "networkPolicy: {egress: {webTo: [api.twilio.com]}} | webTo",
                "serviceMonitor: {interval: 30} | interval",
                "schedules: {concurrencyPolicy: Never} | concurrencyPolicy",
                "schedules: {apiKey: {value: key}} | apiKey",
                "schedules: {runs: [{@RUN, kind: collection}]} | kind",
                "schedules: {runs: [{@RUN, kind: dunning, path: /api/v1/a}]} | runs",
                "schedules: {runs: [{@RUN, kind: training}]} | model",
                "schedules: {runs: [{@RUN, kind: health, model: churn}]} | runs",
                "schedules: {runs: [{@RUN, kind: offer-sync}]} | source",
                "schedules: {runs: [{@RUN, kind: other, path: /api/v1/a}]} | runs",
                "schedules: {runs: [{name: a, schedule: '@daily', kind: other}]} | path",
                "schedules: {runs: [{name: a, schedule: '@daily', kind: other, path: 'https://evil.example/'}]} | path",
                "schedules: {runs: [{name: a, schedule: '@daily', kind: health}]} | organization",
                "schedules: {runs: [{@RUN, kind: health, when: noon}]} | when",
                "schedules: {runs: [{name: a, @ORGANIZATION, kind: health, schedule: noon}]} | schedule",
            })
    void wrongValuesAreRefused(String values, String named) throws IOException {
        assertThatThrownBy(() -> render(values.replace("@RUN", RUN).replace("@ORGANIZATION", ORGANIZATION)))
                .message()
                .containsPattern("'[^']*\\b" + Pattern.quote(named) + "\\b[^']*'");
    }

    /** What a schema cannot tell. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "autoscaling: {enabled: true, minReplicas: 5, maxReplicas: 3} | maxReplicas must not be less than",
                "secretConfig: [{name: PERENNIAL_X, secret: a, key: b}, {name: PERENNIAL_X, secret: a, key: c}]"
                        + " | PERENNIAL_X is set twice",
                "{config: {PERENNIAL_X: 1}, secretConfig: [{name: PERENNIAL_X, secret: a, key: c}]} | PERENNIAL_X is set twice",
                "schedules: {runs: [{@RUN, kind: health}, {@RUN, kind: value}]} | two of schedules.runs are named a",
                "schedules: {runs: [{name: a-name-that-is-too-long-for-a-job, @ORGANIZATION, kind: health, schedule: '@daily'}]}"
                        + " | 52 characters",
            })
    void valuesThatDoNotFitEachOtherAreRefused(String values, String why) {
        assertThatThrownBy(() -> render(values.replace("@RUN", RUN).replace("@ORGANIZATION", ORGANIZATION)))
                .hasMessageContaining(why);
    }

    /** What the table of wrong values would refuse too if the schema refused everything. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "config: {PERENNIAL_OFFERS_SECRET_CRM_HOST: crm.example} | PERENNIAL_OFFERS_SECRET_CRM_HOST: \"crm.example\"",
                "config: {PERENNIAL_OFFERS_SECRET_CRM_ORGANIZATIONS: acme} | PERENNIAL_OFFERS_SECRET_CRM_ORGANIZATIONS: \"acme\"",
                "config: {PERENNIAL_OFFERS_SYNC_MAX_PAGE_BYTES: 8388608} | PERENNIAL_OFFERS_SYNC_MAX_PAGE_BYTES: \"8388608\"",
                "config: {PERENNIAL_OFFERS_POLICY_EXPLORATION: 0.25} | PERENNIAL_OFFERS_POLICY_EXPLORATION: \"0.25\"",
                "config: {PERENNIAL_DEMO_ENABLED: false} | PERENNIAL_DEMO_ENABLED: \"false\"",
                "config: {PERENNIAL_OUTREACH_CHANNELS_EMAIL_FROM: care@harbor.example}"
                        + " | PERENNIAL_OUTREACH_CHANNELS_EMAIL_FROM: \"care@harbor.example\"",
                "config: {PERENNIAL_OUTREACH_CHANNELS_PHONE_URL: 'https://a.example/c?d=e@f'}"
                        + " | PERENNIAL_OUTREACH_CHANNELS_PHONE_URL: \"https://a.example/c?d=e@f\"",
                "ingress: {enabled: true, hosts: [{host: a.example, path: /api}, {host: b.example}]}"
                        + " | PERENNIAL_OUTREACH_PUBLIC_URL: \"http://b.example\"",
                "{config: {PERENNIAL_OUTREACH_PUBLIC_URL: 'https://c.example'}, ingress: {enabled: true, hosts: [{host: b.example}]}}"
                        + " | PERENNIAL_OUTREACH_PUBLIC_URL: \"https://c.example\"",
                "{config: {PERENNIAL_OUTREACH_CHANNELS_EMAIL_HOST: a.example}, networkPolicy: {egress: {enabled: true}}}"
                        + " | port: 25",
                "resources: {limits: {memory: 1.5Gi}} | memory: 1.5Gi",
                "disruptionBudget: {maxUnavailable: 50%} | maxUnavailable: 50%",
                "schedules: {runs: [{@RUN, kind: health}]} | schedule: \"0 2 * * *\"",
                "schedules: {runs: [{name: a, schedule: '@daily', kind: other, path: /api/v1/a}]} | value: \"/api/v1/a\"",
                "global: {anything: 1} | kind: Deployment",
            })
    void rightValuesAreTaken(String values, String rendered) throws IOException {
        assertThat(render(values.replace("@RUN", RUN))).contains(rendered);
    }

    @Test
    void theReadmeTellsOfEveryValue() throws IOException {
        assertThat(toldByReadme()).isEqualTo(documented());
        var undocumented = new ArrayList<String>();
        leaves("", YAML.readTree(Chart.FOLDER.resolve("values.yaml").toFile()), undocumented);
        undocumented.removeIf(
                value -> documented().keySet().stream().anyMatch(told -> (value + ".").startsWith(told + ".")));
        assertThat(undocumented).isEmpty();
    }

    /** Default and meaning of every value of the table, by its name. */
    private static Map<String, String> toldByReadme() throws IOException {
        var row = Pattern.compile("\\| `([A-Za-z.]+)` \\| `(.*?)` \\| (.+) \\|");
        var told = new LinkedHashMap<String, String>();
        var table =
                Files.readString(Chart.FOLDER.resolve("README.md")).split("\\| value \\| default \\| meaning \\|")[1];
        for (var line : table.lines().skip(2).toList()) {
            var matcher = row.matcher(line);
            assertThat(matcher.matches()).as(line).isTrue();
            told.put(matcher.group(1), matcher.group(2) + " " + matcher.group(3));
        }
        return told;
    }

    /** Default and comment of every value that has a comment, by its name. */
    private static Map<String, String> documented() {
        try {
            var file = Chart.FOLDER.resolve("values.yaml");
            var values = YAML.readTree(file.toFile());
            var line = Pattern.compile("( *)([A-Za-z]+):.*");
            var documented = new LinkedHashMap<String, String>();
            var path = new ArrayList<String>();
            var comment = "";
            for (var text : Files.readAllLines(file)) {
                var matcher = line.matcher(text);
                if (text.strip().startsWith("# -- ")) {
                    comment = text.strip().substring(5);
                } else if (matcher.matches()) {
                    path.subList(matcher.group(1).length() / 2, path.size()).clear();
                    path.add(matcher.group(2));
                    if (!comment.isEmpty()) {
                        var value = values.at("/" + String.join("/", path));
                        documented.put(String.join(".", path), JSON.writeValueAsString(value) + " " + comment);
                    }
                    comment = "";
                }
            }
            return documented;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void leaves(String name, JsonNode value, ArrayList<String> leaves) {
        if (value.isObject() && !value.isEmpty()) {
            value.fields()
                    .forEachRemaining(field -> leaves(
                            name.isEmpty() ? field.getKey() : name + "." + field.getKey(), field.getValue(), leaves));
        } else {
            leaves.add(name);
        }
    }
}
