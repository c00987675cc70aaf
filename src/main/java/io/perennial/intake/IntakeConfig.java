package io.perennial.intake;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Intake. */
@ConfigMapping(prefix = "perennial.intake")
public interface IntakeConfig {

    /** Uploads that are read at the same time; each holds a database connection. One more is asked to come back. */
    @WithDefault("4")
    int maxConcurrentUploads();
}
