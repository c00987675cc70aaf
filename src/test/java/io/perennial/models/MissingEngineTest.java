package io.perennial.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a process of its own, whose engine has no folder to be unpacked to. */
class MissingEngineTest {

    @Test
    void aMissingEngineIsSaidAndNotThrown(@TempDir Path folder) throws IOException, InterruptedException {
        var file = Files.createFile(folder.resolve("no-folder"));

        assertThat(said(folder, "ENGINE_CACHE_DIR=" + file))
                .contains("MISSING because")
                .doesNotContain("because nothing");
    }

    @Test
    void whatIsMissingIsNamed(@TempDir Path folder) throws IOException, InterruptedException {
        assertThat(said(folder, "PYTORCH_LIBRARY_PATH=" + folder))
                .contains("MISSING because There is no libtorch in " + folder + ", which PYTORCH_LIBRARY_PATH names");
        assertThat(folder).isEmptyDirectory();
    }

    private static String said(Path folder, String setting) throws IOException, InterruptedException {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "-D" + setting,
                        MissingEngineTest.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return said;
    }

    /** Loads the engine and says how far it came. */
    public static void main(String[] arguments) {
        var engine = new Engine(new Engine.Config() {
            @Override
            public int threads() {
                return 1;
            }

            @Override
            public Path engineFolder() {
                return Path.of(arguments[0]);
            }
        });
        engine.load();
        engine.whenReady().onFailure().recoverWithNull().await().atMost(Duration.ofMinutes(1));
        System.out.println(engine.state() + " because " + engine.failure().orElse("nothing"));
    }
}
