package io.perennial.models;

import java.nio.file.Path;

/** Engines in states that are hard to come by. */
public final class Engines {

    private Engines() {}

    /** One that nobody has begun to load. */
    public static Engine loading() {
        return new Engine(new Engine.Config() {
            @Override
            public int threads() {
                return 1;
            }

            @Override
            public Path engineFolder() {
                return Path.of("target", "no-engine");
            }
        });
    }
}
