package io.perennial.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The database, as {@link DatabaseSettings} found it. */
@ConfigMapping(prefix = "perennial.database")
public interface DatabaseConfig {

    /** {@code postgresql://host:port/name} of a PostgreSQL 15 or newer. Without it an embedded one is started. */
    String url();

    /** The owner of the schema, who migrates it; the service role when nothing is migrated. */
    String user();

    /** The owner's password. */
    String password();

    /** The role that the service connects as. Made at start; {@code <database>_service} unless named. */
    String serviceUser();

    /** The service role's password, derived from the owner's unless given. */
    String servicePassword();

    /**
     * Whether the schema is migrated at start. Otherwise somebody has done it before, as by a process with {@code
     * QUARKUS_INIT_AND_EXIT=true}, and the service gets to know nothing of the owner.
     */
    @WithDefault("true")
    boolean migrate();

    /** The version that the schema has to have at least: that of the last migration. Not to be configured. */
    int schemaVersion();

    /** Whether the database is the embedded one, for evaluation and tests. */
    @WithDefault("false")
    boolean embedded();
}
