package io.perennial.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart, rendered by Helm and read as strictly as Kubernetes can. */
class ChartTest {

    private static final String HARBOR = "7d0f6a58-51a2-4d1c-9d0a-3f2f1b6c7e10";

    static List<Path> values() throws IOException {
        try (var files = Files.list(Chart.VALUES)) {
            return files.sorted().toList();
        }
    }

    private static Chart chart(String values) {
        return Chart.of(Chart.VALUES.resolve(values + ".yaml"));
    }

    private static PodSpec service(Chart chart) {
        return chart.the(Deployment.class).getSpec().getTemplate().getSpec();
    }

    private static Container container(PodSpec pod) {
        assertThat(pod.getContainers()).hasSize(1);
        return pod.getContainers().get(0);
    }

    private static PodSpec pod(CronJob job) {
        return job.getSpec().getJobTemplate().getSpec().getTemplate().getSpec();
    }

    /** The variables with a value, by their names. */
    private static Map<String, String> values(Container container) {
        return container.getEnv().stream()
                .filter(variable -> variable.getValue() != null)
                .collect(Collectors.toMap(EnvVar::getName, EnvVar::getValue));
    }

    /** The variables that come from secrets, as {@code secret/key} by their names. */
    private static Map<String, String> secrets(Container container) {
        return container.getEnv().stream()
                .filter(variable -> variable.getValueFrom() != null
                        && variable.getValueFrom().getSecretKeyRef() != null)
                .collect(Collectors.toMap(EnvVar::getName, variable -> {
                    var reference = variable.getValueFrom().getSecretKeyRef();
                    return reference.getName() + "/" + reference.getKey();
                }));
    }

    @Test
    void lintingFindsNothing() {
        var lint = new Helm(Chart.FOLDER).lint().strict().call();
        assertThat(lint.isFailed()).isFalse();
        assertThat(lint.getMessages()).noneMatch(message -> message.contains("WARN") || message.contains("ERROR"));
    }

    @Test
    void aFieldThatKubernetesDoesNotKnowIsFound() {
        assertThatThrownBy(() -> Chart.parse("{apiVersion: apps/v1, kind: Deployment, spec: {replica: 2}}"))
                .hasMessageContaining("replica");
        assertThatThrownBy(() -> Chart.parse("{apiVersion: v1, kind: Deployment}"))
                .hasMessageContaining("v1/Deployment");
        assertThatThrownBy(() -> Chart.parse(
                        "{apiVersion: v1, kind: Service, spec: {ports: [{name: http, port: 80, targetPorts: 1}]}}"))
                .hasMessageContaining("targetPorts");
    }

    @ParameterizedTest
    @MethodSource("values")
    void everyPodSatisfiesTheRestrictedProfile(Path values) {
        var pods = Chart.of(values).pods();
        assertThat(pods).hasSizeGreaterThanOrEqualTo(2);
        for (var pod : pods) {
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(Stream.of(pod.getHostNetwork(), pod.getHostPID(), pod.getHostIPC()))
                    .containsOnlyNulls();
            var security = pod.getSecurityContext();
            assertThat(security.getRunAsNonRoot()).isTrue();
            assertThat(Objects.requireNonNullElse(security.getRunAsUser(), 1L)).isPositive();
            assertThat(security.getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            for (var volume : pod.getVolumes()) {
                assertThat(volume.getEmptyDir() != null || volume.getSecret() != null || volume.getConfigMap() != null)
                        .as(volume.getName())
                        .isTrue();
            }
            var container = container(pod).getSecurityContext();
            assertThat(container.getAllowPrivilegeEscalation()).isFalse();
            assertThat(container.getReadOnlyRootFilesystem()).isTrue();
            assertThat(container.getPrivileged()).isNull();
            assertThat(container.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(container.getCapabilities().getAdd()).isEmpty();
            assertThat(container(pod).getPorts()).allMatch(port -> port.getHostPort() == null);
            assertThat(container(pod).getResources().getRequests()).containsKeys("cpu", "memory");
            assertThat(container(pod).getResources().getLimits()).containsKey("memory");
        }
    }

    @ParameterizedTest
    @MethodSource("values")
    void whatRefersToEachOtherFits(Path values) {
        var chart = Chart.of(values);
        var names = new HashSet<String>();
        for (var manifest : chart.manifests()) {
            assertThat(names.add(
                            manifest.getKind() + " " + manifest.getMetadata().getName()))
                    .as("%s is there once", manifest.getMetadata().getName())
                    .isTrue();
        }
        var deployment = chart.the(Deployment.class);
        var labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
        assertThat(labels)
                .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
        var service = chart.the(Service.class);
        assertThat(labels).containsAllEntriesOf(service.getSpec().getSelector());
        assertThat(service.getSpec().getPorts().get(0).getTargetPort()).isEqualTo(new IntOrString("http"));
        assertThat(container(service(chart)).getPorts()).singleElement().satisfies(port -> {
            assertThat(port.getName()).isEqualTo("http");
            assertThat(port.getContainerPort()).isEqualTo(8080);
        });
        var configuration = container(service(chart)).getEnvFrom().get(0).getConfigMapRef();
        assertThat(chart.the(ConfigMap.class, configuration.getName()).getData())
                .isNotEmpty();
        for (var budget : chart.all(PodDisruptionBudget.class)) {
            assertThat(labels)
                    .containsAllEntriesOf(budget.getSpec().getSelector().getMatchLabels());
        }
        for (var monitor : chart.all(ServiceMonitor.class)) {
            assertThat(service.getMetadata().getLabels())
                    .containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels());
        }
        for (var autoscaler : chart.all(HorizontalPodAutoscaler.class)) {
            assertThat(autoscaler.getSpec().getScaleTargetRef().getName())
                    .isEqualTo(deployment.getMetadata().getName());
            assertThat(deployment.getSpec().getReplicas()).isNull();
        }
        for (var account : chart.all(ServiceAccount.class)) {
            assertThat(account.getAutomountServiceAccountToken()).isFalse();
            assertThat(service(chart).getServiceAccountName())
                    .isEqualTo(account.getMetadata().getName());
        }
        // Neither a job nor a test may get requests that are for the service.
        for (var job : chart.all(CronJob.class)) {
            var theirs = job.getSpec()
                    .getJobTemplate()
                    .getSpec()
                    .getTemplate()
                    .getMetadata()
                    .getLabels();
            assertThat(theirs).doesNotContainEntry("app.kubernetes.io/component", "service");
        }
        assertThat(chart.the(Pod.class).getMetadata().getLabels())
                .doesNotContainEntry("app.kubernetes.io/component", "service");
    }

    @ParameterizedTest
    @MethodSource("values")
    void noManifestIsASecretOrHoldsAPassword(Path values) {
        var chart = Chart.of(values);
        assertThat(chart.manifests()).extracting(HasMetadata::getKind).doesNotContain("Secret");
        assertThat(chart.pods())
                .flatExtracting(pod -> container(pod).getEnv())
                .allSatisfy(variable -> assertThat(variable.getValue() == null
                                || !variable.getName().matches(".*(PASSWORD|ADMIN_KEY|SECRET).*"))
                        .as(variable.getName())
                        .isTrue());
    }

    @ParameterizedTest
    @MethodSource("values")
    void stoppingHasTheTimeItTakes(Path values) {
        var chart = Chart.of(values);
        var settings = chart.all(ConfigMap.class).get(0).getData();
        var preStop = container(service(chart)).getLifecycle() == null
                ? 0
                : container(service(chart))
                        .getLifecycle()
                        .getPreStop()
                        .getSleep()
                        .getSeconds();
        assertThat(service(chart).getTerminationGracePeriodSeconds())
                .isEqualTo(preStop
                        + seconds(settings.get("QUARKUS_SHUTDOWN_DELAY"))
                        + seconds(settings.get("QUARKUS_SHUTDOWN_TIMEOUT"))
                        + 15);
        var update = chart.the(Deployment.class).getSpec().getStrategy().getRollingUpdate();
        assertThat(update.getMaxUnavailable()).isEqualTo(new IntOrString(0));
    }

    private static long seconds(String duration) {
        assertThat(duration).matches("\\d+S");
        return Long.parseLong(duration.replace("S", ""));
    }

    @ParameterizedTest
    @MethodSource("values")
    void theThreeHealthEndpointsAreAsked(Path values) {
        var container = container(service(Chart.of(values)));
        var paths = Stream.of(container.getStartupProbe(), container.getReadinessProbe(), container.getLivenessProbe())
                .map(Probe::getHttpGet)
                .peek(get -> assertThat(get.getPort()).isEqualTo(new IntOrString("http")))
                .map(get -> get.getPath());
        assertThat(paths).containsExactly("/q/health/started", "/q/health/ready", "/q/health/live");
    }

    @Test
    void twoReplicasAreMigratedByAJobAndKnowNothingOfTheOwner() {
        var chart = chart("minimal");
        assertThat(chart.the(Deployment.class).getMetadata().getName()).isEqualTo("retention-perennial");
        assertThat(chart.the(Deployment.class).getSpec().getReplicas()).isEqualTo(2);
        var container = container(service(chart));
        assertThat(container.getImage()).isEqualTo("perennial:0.1.0-native");
        assertThat(values(container))
                .containsEntry("PERENNIAL_DATABASE_MIGRATE", "false")
                .containsEntry("QUARKUS_HTTP_PORT", "8080")
                .doesNotContainKey("JAVA_TOOL_OPTIONS");
        assertThat(secrets(container))
                .isEqualTo(Map.of(
                        "PERENNIAL_DATABASE_URL", "perennial-database/url",
                        "PERENNIAL_DATABASE_SERVICE_USER", "perennial-database/user",
                        "PERENNIAL_DATABASE_SERVICE_PASSWORD", "perennial-database/password"));

        var job = chart.the(Job.class);
        assertThat(job.getMetadata().getAnnotations()).containsEntry("test.helm.sh/hook", "pre-install,pre-upgrade");
        var migration = container(job.getSpec().getTemplate().getSpec());
        assertThat(migration.getImage()).isEqualTo(container.getImage());
        assertThat(values(migration))
                .containsEntry("QUARKUS_INIT_AND_EXIT", "true")
                .containsEntry("PERENNIAL_DATABASE_MIGRATE", "true");
        assertThat(secrets(migration))
                .isEqualTo(Map.of(
                        "PERENNIAL_DATABASE_URL", "perennial-database/url",
                        "PERENNIAL_DATABASE_SERVICE_USER", "perennial-database/user",
                        "PERENNIAL_DATABASE_SERVICE_PASSWORD", "perennial-database/password",
                        "PERENNIAL_DATABASE_USER", "perennial-database-owner/user",
                        "PERENNIAL_DATABASE_PASSWORD", "perennial-database-owner/password"));
        assertThat(migration.getEnvFrom())
                .as("the config map is not there yet when the job begins")
                .isEmpty();
        assertThat(job.getSpec().getTemplate().getSpec().getServiceAccountName())
                .as("nor is the service account")
                .isNull();
    }

    @Test
    void withEverythingOnEverythingIsThere() {
        var chart = chart("everything");
        assertThat(container(service(chart)).getImage())
                .isEqualTo("registry.example/crm/perennial@sha256:" + "0123456789abcdef".repeat(4));
        assertThat(chart.all(ConfigMap.class).get(0).getData())
                .containsEntry("PERENNIAL_RUNS_WORKERS", "4")
                .containsEntry("PERENNIAL_MODELS_RETRAINING_ENABLED", "false")
                .containsEntry("PERENNIAL_OFFERS_SYNC_MAX_FILE_BYTES", "33554432")
                .containsEntry("PERENNIAL_OUTREACH_CHANNELS_EMAIL_HOST", "smtp.example")
                .containsEntry("PERENNIAL_OUTREACH_PUBLIC_URL", "https://retention.example");
        assertThat(secrets(container(service(chart))))
                .containsEntry("PERENNIAL_ADMIN_KEY", "perennial-admin/admin-key")
                .containsEntry("PERENNIAL_OFFERS_SECRET_CRM", "crm-token/token")
                .containsEntry("PERENNIAL_OUTREACH_CHANNELS_EMAIL_PASSWORD", "smtp/password")
                .containsEntry("PERENNIAL_BILLING_WEBHOOK_MASTER_KEYS", "billing/master-keys")
                .containsEntry("STRIPE_WEBHOOK_SECRET_7D0F6A58_51A2_4D1C_9D0A_3F2F1B6C7E10", "billing/stripe-harbor");

        var ingress = chart.the(Ingress.class).getSpec();
        assertThat(ingress.getIngressClassName()).isEqualTo("nginx");
        assertThat(ingress.getRules())
                .extracting(rule ->
                        rule.getHost() + rule.getHttp().getPaths().get(0).getPath())
                .containsExactly("retention.example/", "api.example/api");
        assertThat(ingress.getRules()).allSatisfy(rule -> {
            var backend = rule.getHttp().getPaths().get(0).getBackend().getService();
            assertThat(backend.getName())
                    .isEqualTo(chart.the(Service.class).getMetadata().getName());
            assertThat(backend.getPort().getName()).isEqualTo("http");
        });
        assertThat(ingress.getTls().get(0).getSecretName()).isEqualTo("retention-tls");

        var autoscaler = chart.the(HorizontalPodAutoscaler.class).getSpec();
        assertThat(autoscaler.getMinReplicas()).isEqualTo(3);
        assertThat(autoscaler.getMaxReplicas()).isEqualTo(9);
        assertThat(autoscaler.getMetrics().get(0).getResource().getTarget().getAverageUtilization())
                .isEqualTo(60);
        assertThat(chart.the(PodDisruptionBudget.class).getSpec().getMaxUnavailable())
                .isEqualTo(new IntOrString("34%"));

        var monitor = chart.the(ServiceMonitor.class);
        assertThat(monitor.getMetadata().getLabels()).containsEntry("release", "prometheus");
        assertThat(monitor.getSpec().getEndpoints()).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.getPath()).isEqualTo("/q/metrics");
            assertThat(endpoint.getPort()).isEqualTo("http");
            assertThat(endpoint.getInterval()).isEqualTo("15s");
        });

        var pod = service(chart);
        assertThat(pod.getPriorityClassName()).isEqualTo("high");
        assertThat(pod.getNodeSelector()).containsEntry("kubernetes.io/arch", "amd64");
        assertThat(pod.getTolerations().get(0).getValue()).isEqualTo("crm");
        assertThat(pod.getAffinity().getNodeAffinity()).isNotNull();
        assertThat(pod.getImagePullSecrets().get(0).getName()).isEqualTo("registry");
        assertThat(pod.getTopologySpreadConstraints())
                .extracting(TopologySpreadConstraint::getTopologyKey)
                .containsExactlyInAnyOrder("kubernetes.io/hostname", "topology.kubernetes.io/zone");
    }

    @Test
    void connectionsAreLimitedToWhatIsNamed() {
        var policy = chart("everything").the(NetworkPolicy.class, "retention").getSpec();
        assertThat(policy.getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(policy.getIngress().get(0).getPorts().get(0).getPort()).isEqualTo(new IntOrString("http"));
        var peers = policy.getIngress().get(0).getFrom();
        assertThat(peers).hasSize(2);
        assertThat(peers.get(0).getPodSelector().getMatchLabels())
                .containsEntry("app.kubernetes.io/instance", "retention");
        assertThat(peers.get(1).getNamespaceSelector().getMatchLabels()).containsValue("ingress-nginx");
        assertThat(policy.getEgress())
                .flatExtracting(rule -> rule.getPorts())
                .extracting(port -> port.getPort().getIntVal() + "/" + port.getProtocol())
                .as("with the mail server, the providers of the channels, and the source of offers")
                .containsExactly("53/UDP", "53/TCP", "5432/TCP", "587/TCP", "443/TCP", "443/TCP");
        assertThat(policy.getEgress().get(2).getTo().get(0).getIpBlock().getCidr())
                .isEqualTo("198.51.100.25/32");
        assertThat(policy.getEgress().get(3).getTo())
                .as("providers are anywhere")
                .isEmpty();
        assertThat(policy.getEgress().get(1).getTo().get(0).getPodSelector().getMatchLabels())
                .containsEntry("app", "postgres");

        var ofJobs =
                chart("everything").the(NetworkPolicy.class, "retention-run").getSpec();
        assertThat(ofJobs.getIngress()).as("nobody asks the jobs").isEmpty();
        assertThat(ofJobs.getEgress().get(1).getTo().get(0).getPodSelector().getMatchLabels())
                .containsEntry("app.kubernetes.io/component", "service");

        var open =
                chart("minimal").the(NetworkPolicy.class, "retention-perennial").getSpec();
        assertThat(open.getPolicyTypes()).containsExactly("Ingress");
        assertThat(open.getIngress().get(0).getFrom()).isEmpty();
    }

    @Test
    void theFlavorDecidesOfTheImageAndItsOptions() {
        var jvm = container(service(chart("jvm")));
        assertThat(jvm.getImage()).isEqualTo("registry.example/perennial:1.2.3");
        assertThat(values(jvm)).containsEntry("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=40");
        var migration = chart("jvm").the(Job.class).getSpec().getTemplate().getSpec();
        assertThat(values(container(migration))).containsEntry("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=40");
        var executable = container(service(chart("native")));
        assertThat(executable.getImage()).isEqualTo("registry.example/perennial:0.1.0-native");
        assertThat(executable.getStartupProbe().getPeriodSeconds()).isEqualTo(1);
        assertThat(executable.getResources().getRequests().get("cpu")).hasToString("250m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"native", "jvm"})
    void theReadmeBuildsTheImageThatIsAskedFor(String flavor, @TempDir Path folder) throws IOException {
        var values = Files.writeString(folder.resolve("values.yaml"), "image: {flavor: %s}".formatted(flavor));
        var image = container(service(Chart.of(values))).getImage();

        assertThat(Files.readString(Chart.FOLDER.resolve("README.md"))).contains("docker tag " + image + " ");
        assertThat(Files.readString(Path.of("src", "main", "docker", "Dockerfile." + flavor)))
                .contains(" -t " + image.replaceFirst(":.*-", ":<version>-") + " .");
    }

    @Test
    void theImageLeavesTheOptionsOfTheJvmToTheChart() throws IOException {
        var dockerfile = Files.readString(Path.of("src", "main", "docker", "Dockerfile.jvm"));
        var command =
                dockerfile.lines().filter(line -> line.startsWith("ENTRYPOINT")).toList();

        assertThat(command).singleElement().asString().contains("-XX:AOTCache=");
        assertThat(command.get(0))
                .as("options of the command overrule those of the environment")
                .doesNotContain("-Xmx")
                .doesNotContain("MaxRAMPercentage");
        assertThat(dockerfile).contains("ENV JAVA_TOOL_OPTIONS=\"-XX:MaxRAMPercentage=50\"");
    }

    @Test
    void aDatabaseOutsideIsReachedWithItsOwnSecrets() {
        var chart = chart("external-database");
        assertThat(secrets(container(service(chart))))
                .isEqualTo(Map.of(
                        "PERENNIAL_DATABASE_URL", "rds-service/uri",
                        "PERENNIAL_DATABASE_SERVICE_USER", "rds-service/role",
                        "PERENNIAL_DATABASE_SERVICE_PASSWORD", "rds-service/role-password"));
        assertThat(secrets(
                        container(chart.the(Job.class).getSpec().getTemplate().getSpec())))
                .containsEntry("PERENNIAL_DATABASE_USER", "rds-owner/username")
                .containsEntry("PERENNIAL_DATABASE_PASSWORD", "rds-owner/owner-password");
        var database = chart.the(NetworkPolicy.class, "retention-perennial")
                .getSpec()
                .getEgress()
                .get(1);
        assertThat(database.getPorts().get(0).getPort()).isEqualTo(new IntOrString(6432));
        assertThat(database.getTo().get(0).getIpBlock().getCidr()).isEqualTo("10.20.0.0/16");
        assertThat(chart.the(NetworkPolicy.class, "retention-perennial")
                        .getSpec()
                        .getEgress())
                .as("nothing is sent, so nothing else is reached")
                .hasSize(2);
    }

    @Test
    void replicasThatMigrateAtTheirStartGetTheOwner() {
        var chart = chart("migration-at-start");
        assertThat(chart.all(Job.class)).isEmpty();
        assertThat(values(container(service(chart)))).containsEntry("PERENNIAL_DATABASE_MIGRATE", "true");
        assertThat(secrets(container(service(chart))))
                .containsEntry("PERENNIAL_DATABASE_USER", "perennial-database-owner/user")
                .containsEntry("PERENNIAL_DATABASE_PASSWORD", "perennial-database-owner/password");
    }

    @ParameterizedTest
    @CsvSource({
        "'migration: {by: start}', 990, 2400",
        "'migration: {by: start, timeLimitSeconds: 100}', 140, 700",
        "'{migration: {by: start, timeLimitSeconds: 100}, probes: {startup: {periodSeconds: 7, failureThreshold: 3}}}', 18, 700",
        "'migration: {by: job, timeLimitSeconds: 100}', 90,",
        "'{migration: {by: job}, probes: {startup: {periodSeconds: 7, failureThreshold: 3}}}', 3,",
    })
    void aReplicaThatMigratesIsGivenTheTimeForIt(String given, int looks, Integer progress, @TempDir Path folder)
            throws IOException {
        var chart = Chart.of(Files.writeString(folder.resolve("values.yaml"), given));

        assertThat(container(service(chart)).getStartupProbe().getFailureThreshold())
                .isEqualTo(looks);
        assertThat(chart.the(Deployment.class).getSpec().getProgressDeadlineSeconds())
                .isEqualTo(progress);
    }

    @Test
    void withoutSchedulesThereIsNoJobAndNoScript() {
        var chart = chart("no-schedules");
        assertThat(chart.all(CronJob.class)).isEmpty();
        assertThat(chart.all(ConfigMap.class)).hasSize(1);
        assertThat(chart.all(NetworkPolicy.class)).isEmpty();
        assertThat(chart.all(PodDisruptionBudget.class)).isEmpty();
        assertThat(chart.all(ServiceAccount.class)).isEmpty();
        assertThat(service(chart).getServiceAccountName()).isEqualTo("perennial-runner");
    }

    @Test
    void everyKindOfRunHasItsOperation() {
        Function<CronJob, String> path = job -> values(container(pod(job))).get("RUN_PATH");
        var jobs = chart("everything").all(CronJob.class).stream()
                .collect(Collectors.toMap(job -> job.getMetadata().getLabels().get("perennial.io/kind"), path));
        var prefix = "/api/v1/";
        assertThat(jobs)
                .isEqualTo(Map.ofEntries(
                        Map.entry("health", prefix + "health-scores/organizations/" + HARBOR + "/score"),
                        Map.entry("predictions", prefix + "predictions/organizations/" + HARBOR + "/score"),
                        Map.entry("segmentation", prefix + "segmentation/organizations/" + HARBOR + "/segment"),
                        Map.entry("behavior", prefix + "behavior/organizations/" + HARBOR + "/analyze-behaviors"),
                        Map.entry("value", prefix + "value/organizations/" + HARBOR + "/calculate"),
                        Map.entry("training", prefix + "models/organizations/" + HARBOR + "/churn/train"),
                        Map.entry("offer-decisions", prefix + "offers/organizations/" + HARBOR + "/decide"),
                        Map.entry("offer-training", prefix + "offers/organizations/" + HARBOR + "/train"),
                        Map.entry("offer-sync", prefix + "offers/organizations/" + HARBOR + "/sync-sources/crm/sync"),
                        Map.entry("dunning", prefix + "recovery/organizations/" + HARBOR + "/dunning/run"),
                        Map.entry("other", prefix + "models/organizations/" + HARBOR + "/churn/backtest")));
    }

    @Test
    void schedulesHaveTheirTimesKeysAndLimits() throws IOException {
        var chart = chart("several-schedules");
        var jobs = chart.all(CronJob.class).stream()
                .collect(Collectors.toMap(job -> job.getMetadata().getName(), Function.identity()));
        assertThat(jobs.keySet())
                .isEqualTo(Set.of(
                        "retention-perennial-harbor-health-morning",
                        "retention-perennial-harbor-health-evening",
                        "retention-perennial-quay-health",
                        "retention-perennial-quay-segments"));
        var morning = jobs.get("retention-perennial-harbor-health-morning").getSpec();
        assertThat(morning.getSchedule()).isEqualTo("0 6 * * *");
        assertThat(morning.getTimeZone()).isEqualTo("Europe/Berlin");
        assertThat(morning.getConcurrencyPolicy()).isEqualTo("Forbid");
        assertThat(morning.getSuspend()).isFalse();
        var evening = jobs.get("retention-perennial-harbor-health-evening").getSpec();
        assertThat(evening.getConcurrencyPolicy()).isEqualTo("Replace");
        var segments = jobs.get("retention-perennial-quay-segments").getSpec();
        assertThat(segments.getTimeZone()).isEqualTo("Etc/UTC");
        assertThat(segments.getJobTemplate().getSpec().getActiveDeadlineSeconds())
                .as("the time it has, and some minutes for a pod to be placed")
                .isEqualTo(900);
        assertThat(segments.getJobTemplate().getSpec().getBackoffLimit()).isEqualTo(2);
        assertThat(segments.getJobTemplate()
                        .getSpec()
                        .getPodFailurePolicy()
                        .getRules()
                        .get(1)
                        .getOnExitCodes()
                        .getValues())
                .as("only when the service stayed away is there a point in trying again")
                .containsExactly(2, 3, 4, 6);

        var quay = pod(jobs.get("retention-perennial-quay-segments"));
        assertThat(values(container(quay)))
                .containsEntry("PERENNIAL_URL", "http://retention-perennial:80")
                .containsEntry("TIME_LIMIT", "600")
                .containsEntry("IDEMPOTENCY_KEY", "crm/$(JOB_NAME)");
        assertThat(container(quay).getEnv())
                .extracting(EnvVar::getName)
                .as("only what is named before is put in")
                .containsSubsequence("JOB_NAME", "IDEMPOTENCY_KEY");
        assertThat(container(quay).getEnv())
                .filteredOn(variable -> variable.getName().equals("JOB_NAME"))
                .extracting(variable -> variable.getValueFrom().getFieldRef().getFieldPath())
                .containsExactly("metadata.labels['batch.kubernetes.io/job-name']");
        assertThat(quay.getRestartPolicy()).isEqualTo("Never");
        assertThat(keyOf(quay)).isEqualTo("quay-key/api-key");
        assertThat(keyOf(pod(jobs.get("retention-perennial-harbor-health-morning"))))
                .isEqualTo("harbor-key/operator");
        assertThat(secrets(container(quay))).isEmpty();

        var script = chart.the(ConfigMap.class, "retention-perennial-run").getData();
        assertThat(script.get("start-run.sh").strip())
                .isEqualTo(Files.readString(Chart.FOLDER.resolve("files/start-run.sh"))
                        .strip());
    }

    /** The secret and key of the file with the API key, which only the user and group of the container can read. */
    private static String keyOf(PodSpec pod) {
        var secret = pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals("api-key"))
                .findFirst()
                .orElseThrow()
                .getSecret();
        var mount = container(pod).getVolumeMounts().stream()
                .filter(volume -> volume.getName().equals("api-key"))
                .findFirst()
                .orElseThrow();
        assertThat(values(container(pod)).get("API_KEY_FILE"))
                .isEqualTo(mount.getMountPath() + "/" + secret.getItems().get(0).getPath());
        assertThat(secret.getDefaultMode()).isEqualTo(0440);
        return secret.getSecretName() + "/" + secret.getItems().get(0).getKey();
    }

    @Test
    void aClusterMayChooseTheUsers() {
        var chart = chart("restricted");
        assertThat(chart.pods()).hasSize(4).allSatisfy(pod -> {
            assertThat(pod.getSecurityContext().getRunAsUser()).isNull();
            assertThat(pod.getSecurityContext().getRunAsGroup()).isNull();
            assertThat(pod.getSecurityContext().getFsGroup()).isNull();
        });
        assertThat(service(chart).getTopologySpreadConstraints())
                .singleElement()
                .satisfies(spread -> assertThat(spread.getWhenUnsatisfiable()).isEqualTo("DoNotSchedule"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void whoeverInstallsItIsToldWhereTheServiceIs(Path values) {
        assertThat(Chart.said(values))
                .contains("is in the namespace crm, as ")
                .doesNotContain("links in them lead nowhere");
    }

    @Test
    void whoeverInstallsItIsToldWhatIsMissing(@TempDir Path folder) throws IOException {
        var values = Files.writeString(
                folder.resolve("values.yaml"), "config: {PERENNIAL_OUTREACH_CHANNELS_EMAIL_HOST: smtp.example}");

        assertThat(Chart.said(values)).contains("No admin key is set").contains("links in them lead nowhere");
        assertThat(Chart.said(Chart.VALUES.resolve("everything.yaml")))
                .contains("https://retention.example/")
                .contains("0 9-17 * * 1-5  dunning  /api/v1/recovery/organizations/" + HARBOR + "/dunning/run")
                .doesNotContain("No admin key is set");
    }

    @Test
    void theTestAsksWhetherTheServiceIsReady() {
        var test = chart("minimal").the(Pod.class);
        assertThat(test.getMetadata().getAnnotations()).containsEntry("test.helm.sh/hook", "test");
        assertThat(test.getSpec().getContainers().get(0).getCommand())
                .startsWith("curl", "--fail")
                .endsWith("http://retention-perennial:80/q/health/ready");
    }
}
