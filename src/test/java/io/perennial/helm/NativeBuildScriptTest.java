package io.perennial.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that builds the executable and its image: what it asks Maven and Docker for, which stand aside here. */
class NativeBuildScriptTest {

    @TempDir
    Path folder;

    private void program(String name, String script) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertThat(Files.writeString(file, "#!/bin/bash\n" + script).toFile().setExecutable(true))
                .isTrue();
    }

    /** What Maven and Docker are told by a build of the image, whose end is that Docker ends with 7. */
    private List<String> told(String mavenArguments) throws Exception {
        program("graalvm/bin/native-image", "echo native-image 25.0.1 2025-10-21");
        program("bin/mvn", "echo \"mvn ${MAVEN_ARGS-alone}: $*\"");
        program("bin/podman", "exit 1");
        program("bin/docker", "[[ $1 == info ]] || { echo \"docker: $*\"; exit 7; }");
        var builder = new ProcessBuilder("bash", "native-build.sh", "--image");
        builder.environment().merge("PATH", folder.resolve("bin") + ":", (path, first) -> first + path);
        builder.environment().put("GRAALVM_HOME", folder.resolve("graalvm").toString());
        builder.environment().put("MAVEN_ARGS", mavenArguments);
        var log = folder.resolve("log");
        var script =
                builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(script.exitValue()).as(Files.readString(log)).isEqualTo(7);
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("mvn ") || line.startsWith("docker: "))
                .toList();
    }

    @Test
    void theImageIsNamedAsTheChartAsksForIt() throws Exception {
        var asked = Chart.of(Chart.VALUES.resolve("minimal.yaml"))
                .the(Deployment.class)
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getImage();

        assertThat(told("")).last().isEqualTo("docker: build -f src/main/docker/Dockerfile.native -t " + asked + " .");
    }

    @Test
    void whateverItsVersionMavenIsToldItsArgumentsOnce() throws Exception {
        assertThat(told("-o -Dquick=yes"))
                .first()
                .isEqualTo("mvn alone: -o -Dquick=yes -B package -DskipTests -Dnative");
        assertThat(told("")).first().isEqualTo("mvn alone: -B package -DskipTests -Dnative");
    }
}
