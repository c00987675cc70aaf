package io.perennial.helm;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.marcnuri.helm.Helm;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.CronJob;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What the chart makes of values: the manifests as Kubernetes would read them, every field of which it has to know. */
final class Chart {

    static final Path FOLDER = Path.of("helm");
    static final Path VALUES = Path.of("src", "test", "resources", "helm");

    private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.ofEntries(
            Map.entry("v1/ConfigMap", ConfigMap.class),
            Map.entry("v1/Pod", Pod.class),
            Map.entry("v1/Service", Service.class),
            Map.entry("v1/ServiceAccount", ServiceAccount.class),
            Map.entry("apps/v1/Deployment", Deployment.class),
            Map.entry("autoscaling/v2/HorizontalPodAutoscaler", HorizontalPodAutoscaler.class),
            Map.entry("batch/v1/CronJob", CronJob.class),
            Map.entry("batch/v1/Job", Job.class),
            Map.entry("monitoring.coreos.com/v1/ServiceMonitor", ServiceMonitor.class),
            Map.entry("networking.k8s.io/v1/Ingress", Ingress.class),
            Map.entry("networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class),
            Map.entry("policy/v1/PodDisruptionBudget", PodDisruptionBudget.class));

    private static final ObjectMapper STRICT = strict();

    private final List<HasMetadata> manifests;

    private Chart(List<HasMetadata> manifests) {
        this.manifests = manifests;
    }

    /** The model keeps fields that it does not know for itself, unless it is not asked whether it would. */
    private static ObjectMapper strict() {
        return new ObjectMapper(YAMLFactory.builder()
                        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                        .build())
                .setAnnotationIntrospector(new JacksonAnnotationIntrospector() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public Boolean hasAnySetter(Annotated annotated) {
                        return false;
                    }
                })
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }

    /** Renders the chart as the release {@code retention} in the namespace {@code crm}. */
    static Chart of(Path values) {
        return new Chart(parse(render(values)));
    }

    /**
     * As Kubernetes 1.33 would get it. The library leaves out what belongs to hooks, so a copy of the chart is rendered whose
     * hooks are named otherwise.
     */
    static String render(Path values) {
        try {
            var copy = Files.createDirectories(Path.of("target", "helm")).resolve("chart-" + values.getFileName());
            try (var files = Files.walk(FOLDER)) {
                for (var file : files.filter(Files::isRegularFile).toList()) {
                    var target = copy.resolve(FOLDER.relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.writeString(
                            target, Files.readString(file).replace("    helm.sh/hook: ", "    test.helm.sh/hook: "));
                }
            }
            return new Helm(copy)
                    .template()
                    .withName("retention")
                    .withNamespace("crm")
                    .withKubeVersion("1.33.0")
                    .withValuesFile(values)
                    .call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is said to whoever installs the release {@code retention} in the namespace {@code crm}, with the manifests. */
    static String said(Path values) {
        return new Helm(FOLDER)
                .install()
                .clientOnly()
                .dryRun()
                .withName("retention")
                .withNamespace("crm")
                .withKubeVersion("1.33.0")
                .withValuesFile(values)
                .call()
                .getOutput();
    }

    /** Parses manifests; fails on a kind or a field that does not exist. */
    static List<HasMetadata> parse(String yaml) {
        var manifests = new ArrayList<HasMetadata>();
        try (var documents = STRICT.readerFor(JsonNode.class).<JsonNode>readValues(yaml)) {
            while (documents.hasNext()) {
                var document = documents.next();
                if (document.isObject()) {
                    var kind = document.path("apiVersion").asText() + "/"
                            + document.path("kind").asText();
                    if (!KINDS.containsKey(kind)) {
                        throw new IllegalArgumentException("There is no " + kind);
                    }
                    manifests.add(STRICT.treeToValue(document, KINDS.get(kind)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return manifests;
    }

    List<HasMetadata> manifests() {
        return manifests;
    }

    /** All manifests of a kind. */
    <T extends HasMetadata> List<T> all(Class<T> kind) {
        return manifests.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** The one manifest of a kind. */
    <T extends HasMetadata> T the(Class<T> kind) {
        var all = all(kind);
        if (all.size() != 1) {
            throw new AssertionError("%d of %s".formatted(all.size(), kind.getSimpleName()));
        }
        return all.get(0);
    }

    /** The manifest of a kind with a name. */
    <T extends HasMetadata> T the(Class<T> kind, String name) {
        return all(kind).stream()
                .filter(manifest -> manifest.getMetadata().getName().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("No %s %s".formatted(kind.getSimpleName(), name)));
    }

    /** Every pod that comes of the manifests, whoever makes it. */
    List<PodSpec> pods() {
        return Stream.of(
                        all(Deployment.class).stream()
                                .map(deployment ->
                                        deployment.getSpec().getTemplate().getSpec()),
                        all(Job.class).stream()
                                .map(job -> job.getSpec().getTemplate().getSpec()),
                        all(CronJob.class).stream()
                                .map(job -> job.getSpec()
                                        .getJobTemplate()
                                        .getSpec()
                                        .getTemplate()
                                        .getSpec()),
                        all(Pod.class).stream().map(Pod::getSpec))
                .flatMap(pods -> pods)
                .toList();
    }
}
