package io.perennial.models;

import ai.djl.ndarray.types.Shape;
import io.quarkus.vertx.http.HttpServerStart;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jboss.logging.Logger;

import io.perennial.models.learn.Torch;

/**
 * The PyTorch engine as the service sees it: loaded and warmed up in the background after the start, which never waits for
 * it, and possibly missing, which the service lives with.
 */
@ApplicationScoped
public class Engine {

    private static final Logger LOG = Logger.getLogger(Engine.class);
    private static final int WARM_UP = 128;

    /** How far it is. */
    public enum State {
        LOADING,
        READY,
        MISSING
    }

    /** How the engine is set up. */
    @ConfigMapping(prefix = "perennial.models")
    interface Config {

        /**
         * Threads that one operation of the engine uses. One is best as long as several rows are scored at a time, by
         * several workers, and wherever other processes share the cores: threads of one operation wait for each other
         * without letting go of their core.
         */
        @WithDefault("1")
        int threads();

        /**
         * Where the libraries of the engine are unpacked, half a gigabyte; the folder of temporary files stands in when
         * it cannot be written. With {@code PYTORCH_LIBRARY_PATH} in the environment, or a folder {@code libtorch} beside
         * the executable, they are used from there instead.
         */
        @WithDefault(".perennial/engine")
        @WithName("engine-folder")
        Path engineFolder();
    }

    private final Config config;
    private final CompletableFuture<Void> loaded = new CompletableFuture<>();
    private volatile State state = State.LOADING;
    private volatile String failure;

    Engine(Config config) {
        this.config = config;
    }

    /** Only when the service answers, so that the engine does not take the processor from its start. */
    void onStart(@ObservesAsync HttpServerStart event) {
        load();
    }

    /** Loads it on a thread of its own, once. */
    void load() {
        var thread = new Thread(this::loadNow, "engine-loading");
        thread.setDaemon(true);
        thread.start();
    }

    /** How far it is. */
    public State state() {
        return state;
    }

    /** Why it is missing. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** Completes, on a thread that may be kept busy, when the engine can be used; fails with why it is missing. */
    public Uni<Void> whenReady() {
        return Uni.createFrom().completionStage(loaded);
    }

    private void loadNow() {
        var start = System.nanoTime();
        try {
            Torch.configure(config.engineFolder(), config.threads());
            warmUp();
            state = State.READY;
            LOG.infof(
                    "PyTorch %s is ready after %d ms, %d threads an operation",
                    Torch.version(), (System.nanoTime() - start) / 1_000_000, config.threads());
            loaded.complete(null);
        } catch (RuntimeException | LinkageError e) {
            failure = String.valueOf(e.getMessage());
            state = State.MISSING;
            LOG.errorf(e, "The PyTorch engine is missing, rules stand in for learned models");
            loaded.completeExceptionally(e);
        }
    }

    private static void warmUp() {
        try (var memory = Torch.newManager()) {
            var square = memory.ones(new Shape(WARM_UP, WARM_UP));
            square.matMul(square).getNDArrayInternal().relu().toFloatArray();
        }
    }
}
