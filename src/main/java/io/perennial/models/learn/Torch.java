package io.perennial.models.learn;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** The one door to the PyTorch engine: how it is set up, where its memory comes from, and whose turn it is to train. */
public final class Torch {

    /** Where the libraries of the engine are unpacked unless said otherwise. */
    public static final Path DEFAULT_FOLDER = Path.of(".perennial", "engine");

    /** Threads of one operation unless said otherwise: several would wait for each other without letting go of their core. */
    private static final int DEFAULT_THREADS = 1;

    private static final String NAME = "PyTorch";
    private static final String CACHE = "ENGINE_CACHE_DIR";

    /** Names the folder that the libraries are used from as they are. */
    private static final String LIBRARIES = "PYTORCH_LIBRARY_PATH";

    /** Where they are when they are not inside the program. */
    private static final String FOLDER_BESIDE_PROGRAM = "libtorch";

    /** What DJL finds them by when they are. */
    private static final String LIBRARIES_INSIDE = "/native/lib/pytorch.properties";

    /** The gradient collector and the random numbers of the engine are the process's, not the thread's. */
    private static final ReentrantLock TRAINING = new ReentrantLock(true);

    private static volatile Engine loaded;

    private Torch() {}

    /**
     * Sets the engine up; without it the defaults hold. What it does takes effect only before the first use, and never
     * overrides DJL's own settings where those are given. Libraries in a folder {@code libtorch} beside the executable
     * are used from there.
     *
     * @param folder where the libraries are unpacked otherwise; the folder of temporary files stands in when it cannot
     *     be written
     * @param threads that one operation uses
     */
    public static void configure(Path folder, int threads) {
        setUnlessGiven("ai.djl.offline", "true");
        setUnlessGiven("OPT_OUT_TRACKING", "true");
        setUnlessGiven("ai.djl.pytorch.num_threads", String.valueOf(threads));
        setUnlessGiven("ai.djl.pytorch.num_interop_threads", "1");
        if (!isGiven(LIBRARIES)) {
            besideProgram().ifPresent(libraries -> System.setProperty(LIBRARIES, libraries.toString()));
        }
        if (!isGiven(LIBRARIES) && !isGiven(CACHE)) {
            System.setProperty(CACHE, writable(folder).toString());
        }
    }

    /**
     * Memory of the engine, to be closed by the caller. Loads the engine when it is the first.
     *
     * @throws RuntimeException or an {@link Error} of linking when its libraries are not there
     */
    public static NDManager newManager() {
        return engine().newBaseManager(Device.cpu());
    }

    /** The version of the engine, which is loaded when it was not yet. */
    public static String version() {
        return engine().getVersion();
    }

    /** Trains when no other thread does, with the random numbers of a seed. */
    public static <T> T train(long seed, Supplier<T> training) {
        TRAINING.lock();
        try {
            engine().setRandomSeed(Long.hashCode(seed));
            return training.get();
        } finally {
            TRAINING.unlock();
        }
    }

    static Engine engine() {
        var engine = loaded;
        return engine == null ? load() : engine;
    }

    private static synchronized Engine load() {
        if (loaded == null) {
            configure(DEFAULT_FOLDER, DEFAULT_THREADS);
            requireLibraries();
            loaded = Engine.getEngine(NAME);
        }
        return loaded;
    }

    /** DJL would try to download what is missing, and fail with whatever it came across on the way. */
    private static void requireLibraries() {
        var given = Optional.ofNullable(System.getenv(LIBRARIES)).orElseGet(() -> System.getProperty(LIBRARIES));
        if (given == null && Torch.class.getResource(LIBRARIES_INSIDE) == null) {
            throw new IllegalStateException(
                    "There is no libtorch: none is inside the program, none in a folder %s beside it, and %s names none"
                            .formatted(FOLDER_BESIDE_PROGRAM, LIBRARIES));
        }
        if (given != null && Arrays.stream(given.split(File.pathSeparator)).noneMatch(Torch::holdsLibraries)) {
            throw new IllegalStateException("There is no libtorch in %s, which %s names".formatted(given, LIBRARIES));
        }
    }

    private static boolean holdsLibraries(String place) {
        var path = Path.of(place);
        return Files.isRegularFile(path) || Files.exists(path.resolve(System.mapLibraryName("torch")));
    }

    private static Optional<Path> besideProgram() {
        return ProcessHandle.current()
                .info()
                .command()
                .map(program -> Path.of(program).resolveSibling(FOLDER_BESIDE_PROGRAM))
                .filter(Files::isDirectory);
    }

    private static boolean isGiven(String setting) {
        return System.getenv(setting) != null || System.getProperty(setting) != null;
    }

    private static Path writable(Path folder) {
        try {
            Files.createDirectories(folder);
            if (Files.isWritable(folder)) {
                return folder.toAbsolutePath();
            }
        } catch (IOException e) {
            // Said by the folder that is used instead.
        }
        return Path.of(System.getProperty("java.io.tmpdir"), "perennial-engine").toAbsolutePath();
    }

    private static void setUnlessGiven(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
