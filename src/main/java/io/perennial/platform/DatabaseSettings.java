package io.perennial.platform;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Where the database is and who connects to it: the owner migrates the schema, and the service itself connects as a role
 * that owns nothing and cannot bypass row-level security. Resolved before the service starts, because an embedded
 * database has to be started first.
 *
 * @param url of the database, {@code postgresql://host:port/name}
 * @param migrate whether the schema is migrated at start; otherwise it has to be as new as the service, or it does not start
 * @param embedded whether the database is the embedded one, for evaluation and tests
 */
public record DatabaseSettings(
        String url,
        String ownerUser,
        String ownerPassword,
        String serviceUser,
        String servicePassword,
        boolean migrate,
        boolean embedded) {

    /** Names the database to use; without it, an embedded one is started. */
    static final String URL = "PERENNIAL_DATABASE_URL";

    static final String USER = "PERENNIAL_DATABASE_USER";
    static final String PASSWORD = "PERENNIAL_DATABASE_PASSWORD";
    static final String SERVICE_USER = "PERENNIAL_DATABASE_SERVICE_USER";
    static final String SERVICE_PASSWORD = "PERENNIAL_DATABASE_SERVICE_PASSWORD";

    /** Says {@code false} when the schema is migrated by another process, so that the owner is not needed. */
    static final String MIGRATE = "PERENNIAL_DATABASE_MIGRATE";

    /** Names the folder of the embedded database. */
    static final String EMBEDDED_DIRECTORY = "PERENNIAL_EMBEDDED_DIRECTORY";

    /** Whether whoever started the process resolved them: a test of the packaged service does. */
    public static boolean areGiven() {
        return System.getProperty("perennial.database.url") != null;
    }

    /**
     * Reads the environment and, where it names no database, starts the embedded one in {@code .perennial/postgres}.
     *
     * @throws IllegalStateException when the environment is incomplete or the embedded database does not start
     */
    public static DatabaseSettings resolve() {
        return resolve(
                Path.of(Optional.ofNullable(System.getenv(EMBEDDED_DIRECTORY)).orElse(".perennial/postgres")));
    }

    /** As {@link #resolve()}, with the folder of the embedded database. */
    public static DatabaseSettings resolve(Path embeddedDirectory) {
        var environment = System.getenv();
        if (environment.containsKey(URL)) {
            return external(environment);
        }
        return of(EmbeddedDatabase.start(embeddedDirectory), "postgres", "postgres", true, true, Map.of());
    }

    static DatabaseSettings external(Map<String, String> environment) {
        var url = environment.get(URL).replaceFirst("^jdbc:", "").replaceFirst("^postgres:", "postgresql:");
        if (!url.startsWith("postgresql://")) {
            throw new IllegalStateException(URL + " must look like postgresql://host:5432/name");
        }
        return migrate(environment)
                ? of(url, required(environment, USER), required(environment, PASSWORD), true, false, environment)
                : withoutOwner(url, environment);
    }

    private static boolean migrate(Map<String, String> environment) {
        return Boolean.parseBoolean(environment.getOrDefault(MIGRATE, "true"));
    }

    /** The service role stands in for the owner: it may read what was migrated. */
    private static DatabaseSettings withoutOwner(String url, Map<String, String> environment) {
        var role = required(environment, SERVICE_USER);
        return of(url, role, required(environment, SERVICE_PASSWORD), false, false, environment);
    }

    private static DatabaseSettings of(
            String url,
            String ownerUser,
            String ownerPassword,
            boolean migrate,
            boolean embedded,
            Map<String, String> environment) {
        var name = url.replaceFirst("^.*/", "").replaceFirst("\\?.*$", "");
        var serviceUser = environment.getOrDefault(SERVICE_USER, name + "_service");
        if (!serviceUser.matches("[A-Za-z0-9_-]{1,63}")) {
            throw new IllegalStateException(SERVICE_USER + " may hold letters, digits, _ and - only");
        }
        var servicePassword = environment.get(SERVICE_PASSWORD);
        if (servicePassword == null) {
            servicePassword = derivedPassword(ownerPassword, serviceUser);
        } else if (servicePassword.contains("'")) {
            throw new IllegalStateException(SERVICE_PASSWORD + " may not hold a single quote");
        }
        return new DatabaseSettings(url, ownerUser, ownerPassword, serviceUser, servicePassword, migrate, embedded);
    }

    /** Every replica derives the same password, so there is no second secret to hand out. */
    private static String derivedPassword(String ownerPassword, String serviceUser) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(ownerPassword.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(serviceUser.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String required(Map<String, String> environment, String name) {
        var value = environment.get(name);
        if (value == null || value.isEmpty()) {
            var because = migrate(environment) ? URL + " is set" : MIGRATE + " is false";
            throw new IllegalStateException(because + ", so " + name + " must be set too");
        }
        return value;
    }

    /** The settings under the names that {@code application.properties} refers to. */
    public Map<String, String> asProperties() {
        var properties = new LinkedHashMap<String, String>();
        properties.put("perennial.database.url", url);
        properties.put("perennial.database.user", ownerUser);
        properties.put("perennial.database.password", ownerPassword);
        properties.put("perennial.database.service-user", serviceUser);
        properties.put("perennial.database.service-password", servicePassword);
        properties.put("perennial.database.migrate", Boolean.toString(migrate));
        properties.put("perennial.database.embedded", Boolean.toString(embedded));
        return properties;
    }

    /** Leaves the passwords out. */
    @Override
    public String toString() {
        return "DatabaseSettings[" + url + ", embedded=" + embedded + "]";
    }
}
