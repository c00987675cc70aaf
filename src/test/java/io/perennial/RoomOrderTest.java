package io.perennial;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** The rooms of the house stand in a row: each may use those before it, none those behind it. */
class RoomOrderTest {

    private static final List<String> ROOMS = List.of(
            "platform",
            "tenant",
            "runs",
            "intake",
            "features",
            "models",
            "insight",
            "offers",
            "outreach",
            "recovery",
            "campaigns",
            "outcomes",
            "demo");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.perennial");

    @Test
    void everyClassIsInARoomOfTheOrder() {
        var packages = ROOMS.stream().map(RoomOrderTest::packages).toArray(String[]::new);
        check(classes()
                .that()
                .doNotHaveFullyQualifiedName("io.perennial.Perennial")
                .should()
                .resideInAnyPackage(packages));
    }

    @Test
    void aRoomUsesOnlyTheRoomsBeforeIt() {
        for (var room = 0; room < ROOMS.size() - 1; room++) {
            var behind = ROOMS.subList(room + 1, ROOMS.size()).stream()
                    .map(RoomOrderTest::packages)
                    .toArray(String[]::new);
            check(noClasses()
                    .that()
                    .resideInAPackage(packages(ROOMS.get(room)))
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(behind)
                    .allowEmptyShould(true));
        }
    }

    @Test
    void nobodyUsesTheStartAndTheStartUsesThePlatformOnly() {
        check(noClasses()
                .that()
                .resideInAPackage("io.perennial.*..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("io.perennial.Perennial"));
        check(classes()
                .that()
                .haveFullyQualifiedName("io.perennial.Perennial")
                .should()
                .onlyDependOnClassesThat(resideInAPackage(packages("platform"))
                        .or(resideInAPackage("io.perennial"))
                        .or(resideInAnyPackage("java..", "io.quarkus.."))));
    }

    @Test
    void whatAClassNeedsIsGivenToItsConstructor() {
        check(fields().should().notBeAnnotatedWith(Inject.class).andShould().notBeAnnotatedWith(ConfigProperty.class));
    }

    @Test
    void onlyTheTenantDatabaseHoldsConnections() {
        check(noClasses()
                .that(not(nameMatching("io\\.perennial\\.tenant\\.(TenantDatabase|Lookups|RememberingPool)(\\$.*)?")))
                .should()
                .dependOnClassesThat(nameMatching("io\\.vertx\\.(mutiny\\.)?(sqlclient|pgclient)\\.(Pg)?Pool")));
    }

    @Test
    void nobodySleeps() {
        check(noClasses()
                .should()
                .callMethodWhere(com.tngtech.archunit.core.domain.JavaCall.Predicates.target(
                        com.tngtech.archunit.core.domain.properties.HasName.Predicates.name("sleep"))));
        check(noClasses().should().callMethod(TimeUnit.class, "sleep", long.class));
    }

    @Test
    void classesAreNamedAfterWhatTheyAre() {
        check(classes().should().haveNameNotMatching(".*(Impl|Util|Utils|Dto|DTO|Mapper)(\\$.*)?"));
    }

    @Test
    void thereIsSomethingToCheck() {
        assertThat(MAIN).hasSizeGreaterThan(50);
    }

    private static String packages(String room) {
        return "io.perennial." + room + "..";
    }

    private static void check(ArchRule rule) {
        rule.check(MAIN);
    }
}
