package io.perennial;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

import io.perennial.platform.DatabaseSettings;

/** Starts the service, after making sure that there is a database to start it on. */
@QuarkusMain
public class Perennial {

    /**
     * Runs until the process is told to stop.
     *
     * @param arguments passed on to Quarkus
     */
    public static void main(String... arguments) {
        if (!DatabaseSettings.areGiven()) {
            resolveDatabase();
        }
        Quarkus.run(arguments);
    }

    private static void resolveDatabase() {
        var database = DatabaseSettings.resolve();
        database.asProperties().forEach(System::setProperty);
        if (database.embedded() && System.getenv("QUARKUS_HTTP_HOST") == null) {
            // Its admin key is known to everybody, so it is for this machine only.
            System.getProperties().putIfAbsent("quarkus.http.host", "localhost");
        }
    }
}
