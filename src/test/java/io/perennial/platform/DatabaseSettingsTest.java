package io.perennial.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseSettingsTest {

    private static final Map<String, String> WITH_OWNER = Map.of(
            "PERENNIAL_DATABASE_URL", "postgresql://db:5432/crm?sslmode=require",
            "PERENNIAL_DATABASE_USER", "owner",
            "PERENNIAL_DATABASE_PASSWORD", "password of the owner");

    private static final Map<String, String> WITHOUT_OWNER = Map.of(
            "PERENNIAL_DATABASE_URL", "jdbc:postgresql://db:5432/crm",
            "PERENNIAL_DATABASE_MIGRATE", "false",
            "PERENNIAL_DATABASE_SERVICE_USER", "service",
            "PERENNIAL_DATABASE_SERVICE_PASSWORD", "password of the service");

    @Test
    void theOwnerMigratesAndTheServiceRoleFollowsFromIt() {
        var settings = DatabaseSettings.external(WITH_OWNER);

        assertThat(settings.url()).isEqualTo("postgresql://db:5432/crm?sslmode=require");
        assertThat(settings.ownerUser()).isEqualTo("owner");
        assertThat(settings.serviceUser()).isEqualTo("crm_service");
        assertThat(settings.servicePassword()).hasSize(64).isNotEqualTo(settings.ownerPassword());
        assertThat(settings.asProperties()).containsEntry("perennial.database.migrate", "true");
    }

    @Test
    void whoDoesNotMigrateNeedsNoOwnerButLooksAtTheSchema() {
        var settings = DatabaseSettings.external(WITHOUT_OWNER);

        assertThat(settings.url()).isEqualTo("postgresql://db:5432/crm");
        assertThat(settings.serviceUser()).isEqualTo("service");
        assertThat(settings.ownerUser()).isEqualTo("service");
        assertThat(settings.ownerPassword()).isEqualTo("password of the service");
        assertThat(settings.asProperties()).containsEntry("perennial.database.migrate", "false");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PERENNIAL_DATABASE_USER", "PERENNIAL_DATABASE_PASSWORD"})
    void whoMigratesNeedsTheOwner(String missing) {
        assertThatThrownBy(() -> DatabaseSettings.external(without(WITH_OWNER, missing)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("PERENNIAL_DATABASE_URL is set, so " + missing + " must be set too");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PERENNIAL_DATABASE_SERVICE_USER", "PERENNIAL_DATABASE_SERVICE_PASSWORD"})
    void whoDoesNotMigrateCannotDeriveTheServiceRole(String missing) {
        assertThatThrownBy(() -> DatabaseSettings.external(without(WITHOUT_OWNER, missing)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("PERENNIAL_DATABASE_MIGRATE is false, so " + missing + " must be set too");
    }

    private static Map<String, String> without(Map<String, String> environment, String name) {
        var less = new HashMap<>(environment);
        less.remove(name);
        return less;
    }

    @Test
    void theServiceAsksForTheSchemaOfTheLastMigration() throws IOException {
        var properties = new Properties();
        try (var file = Files.newBufferedReader(Path.of("src/main/resources/application.properties"));
                var migrations = Files.list(Path.of("src/main/resources/db/migration"))) {
            properties.load(file);
            var last = migrations
                    .map(migration -> Pattern.compile("V(\\d+)__.*")
                            .matcher(migration.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToInt(version -> Integer.parseInt(version.group(1)))
                    .max();
            assertThat(last).hasValue(Integer.parseInt(properties.getProperty("perennial.database.schema-version")));
        }
    }
}
