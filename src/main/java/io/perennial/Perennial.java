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
        DatabaseSettings.resolve().asProperties().forEach(System::setProperty);
        Quarkus.run(arguments);
    }
}
