package io.lockkeeper;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The rules of the house (CONTRIBUTING.md). An exception to a rule is one line here, with its reason.
class HouseRulesTest {
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.lockkeeper");

    /// What a package may use. Whatever is not listed here is a feature, and may use all of these but the inner rooms.
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "http", List.of(),
            "security", List.of("http", "postgres"), // postgres for the one door: Await
            "postgres", List.of(),
            "sql", List.of(),
            "store", List.of("postgres", "http"),
            "dump", List.of("postgres"),
            "depot", List.of("http"),
            "target", List.of("http", "security", "postgres", "store"),
            "job", List.of("http", "security", "postgres", "target"));

    private static final Set<String> INNER_ROOMS = Set.of("job.table", "job.engine");

    @Test
    void arrowsRunOneWay() {
        MAY_USE.forEach((name, used) -> {
            String[] allowed = Stream.concat(Stream.of(name), used.stream())
                    .map(each -> "io.lockkeeper." + each + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.lockkeeper." + name + "..")
                    .should()
                    .dependOnClassesThat(resideInAPackage("io.lockkeeper..").and(not(resideInAnyPackage(allowed))))
                    .allowEmptyShould(true)
                    .check(OURS);
        });
    }

    /// The small faces of features: a finder and a record each, for others that need what they made.
    private static final Set<String> FACES = Set.of(
            "BaseBackups",
            "BaseBackup",
            "ForeignBackups",
            "ForeignBackup",
            "Repository",
            "Place",
            "Backups", // what a restore test needs: to find one, to read it, to judge it
            "BackupView",
            "BackupOrigin",
            "RepositoryFetch", // brings what other tools keep
            "BackupContent",
            "BackupSpec", // its words for methods and formats
            "FingerprintSummary",
            "RestoredCopies", // what a rehearsal needs: a copy to try something on
            "RestoredCopy",
            "Recoveries", // the way back to a time
            "RecoveryPlan",
            "LogFile");

    @Test
    void noFeatureUsesAnother() {
        for (String feature : features()) {
            String[] others = features().stream()
                    .filter(other -> !other.equals(feature))
                    .map(other -> "io.lockkeeper." + other + "..")
                    .toArray(String[]::new);
            noClasses()
                    .that()
                    .resideInAPackage("io.lockkeeper." + feature + "..")
                    .should()
                    .dependOnClassesThat(resideInAnyPackage(others).and(not(face())))
                    .allowEmptyShould(true)
                    .check(OURS);
        }
    }

    private static DescribedPredicate<JavaClass> face() {
        return DescribedPredicate.describe(
                "a face",
                each -> FACES.contains(each.getName().replaceFirst("\\$.*", "").replaceFirst(".*\\.", "")));
    }

    private static Set<String> features() {
        return OURS.stream()
                .map(JavaClass::getPackageName)
                .filter(name -> name.startsWith("io.lockkeeper."))
                .map(name -> name.split("\\.")[2])
                .filter(name -> !MAY_USE.containsKey(name))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void nobodyEntersTheInnerRoomsOfTheEngine() {
        for (String room : INNER_ROOMS) {
            noClasses()
                    .that()
                    .resideOutsideOfPackage("io.lockkeeper.job..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.lockkeeper." + room + "..")
                    .check(OURS);
        }
    }

    @Test
    void noPackagesGoRoundInCircles() {
        slices().matching("io.lockkeeper.(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void hibernateStaysInStoresAndAtTheEdge() {
        DescribedPredicate<JavaClass> storesAndEdge = DescribedPredicate.describe(
                "stores, resources and entities",
                each -> Pattern.matches(".*(Store|Resource|Tokens|SealCheck|DemoTarget).*", each.getSimpleName())
                        || each.isAnnotatedWith("jakarta.persistence.Entity"));
        noClasses()
                .that(not(storesAndEdge))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.hibernate.reactive..", "io.quarkus.hibernate.reactive..")
                .check(OURS);
    }

    @Test
    void thereIsOneDoorBetweenBlockingAndReactive() {
        noClasses()
                .that()
                .doNotHaveSimpleName("Await")
                .should()
                .callMethod("io.smallrye.mutiny.Uni", "await")
                .orShould()
                .dependOnClassesThat()
                .haveSimpleName("VertxContextSupport")
                .orShould()
                .callMethod("java.util.concurrent.CompletableFuture", "join")
                .orShould()
                .callMethod("java.util.concurrent.CompletableFuture", "get")
                .check(OURS);
    }

    @Test
    void onlyTheQueuesSqlChangesJobs() throws IOException {
        Pattern change = Pattern.compile("(UPDATE|INSERT INTO|DELETE FROM)\\s+job(_\\w+)?\\b");
        assertThat(sourcesWith(change))
                .allMatch(file -> file.contains("io/lockkeeper/job/table/"), "stands in job/table");
    }

    private static List<String> sourcesWith(Pattern text) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> text.matcher(read(file)).find())
                    .map(file -> file.toString().replace('\\', '/'))
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException broken) {
            throw new IllegalStateException(broken);
        }
    }

    @Test
    void namesSayWhatThingsAre() {
        noClasses()
                .should()
                .haveNameMatching(".*(Impl|Manager|Util|Utils|Helper|Dto)")
                .orShould()
                .haveNameMatching(".*\\.Abstract[A-Z].*")
                .orShould()
                .resideInAnyPackage("..util..", "..common..", "..dto..", "..service..", "..impl..")
                .check(OURS);
    }

    @Test
    void whatTravelsIsARecord() {
        classes()
                .that()
                .haveNameMatching(".*(Spec|Result|View|Event|Report|Facts)")
                .should()
                .beAssignableTo(Record.class)
                .check(OURS);
    }

    /// Public are only classes that another package uses. JAX-RS resources and kinds are found by the framework.
    @Test
    void whatIsPublicIsUsedFromOutside() {
        Set<String> foundByTheFramework = Set.of(
                "Lockkeeper", // the main class
                "StoreConfigSource", // a service
                "ServerLog", // what it says
                "StoreAccess", // how tests and benchmarks name a store
                "KindsInContract", // a filter of the OpenAPI document
                "JobStartsInContract", // a filter of the OpenAPI document
                "JsonRules", // a customizer; what it says, our tests must say too
                "OpenApiRules", // a filter of the OpenAPI document
                "OpenApiRequired", // a filter of the OpenAPI document
                "QueryParameters", // a provider
                "RecordBodyReader"); // a provider
        List<String> needlesslyPublic = OURS.stream()
                .filter(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
                .filter(each -> each.isTopLevelClass())
                .filter(each -> !foundByTheFramework.contains(each.getSimpleName()))
                .filter(each -> !each.isAnnotatedWith("jakarta.ws.rs.Path"))
                .filter(each -> !each.isAnnotatedWith("io.smallrye.config.ConfigMapping"))
                .filter(each -> !each.isAnnotatedWith("jakarta.persistence.Entity"))
                .filter(each -> !each.isAssignableTo(Throwable.class))
                .filter(each -> !Pattern.matches(".*(Job|Spec|Result|Report)", each.getSimpleName()))
                .filter(each -> each.getDirectDependenciesToSelf().stream()
                        .allMatch(use -> use.getOriginClass().getPackageName().equals(each.getPackageName())))
                .filter(each -> !isPartOfAResource(each))
                .map(JavaClass::getName)
                .sorted()
                .toList();
        assertThat(needlesslyPublic).isEmpty();
    }

    /// What the public methods of a resource take and give, OpenAPI has to see.
    private static boolean isPartOfAResource(JavaClass each) {
        return each.getDirectDependenciesToSelf().stream()
                .anyMatch(use -> use.getOriginClass().isAnnotatedWith("jakarta.ws.rs.Path")
                        || use.getOriginClass().isRecord());
    }

    @Test
    void theArchitecturePageNamesClassesThatExist() throws IOException {
        Set<String> names = OURS.stream().map(JavaClass::getSimpleName).collect(Collectors.toSet());
        String page = Files.readString(Path.of("docs/architecture.md"));
        String start = page.substring(page.indexOf("## Start reading here"));
        List<String> named = Pattern.compile("\\*\\*`(\\w+)`\\*\\*")
                .matcher(start)
                .results()
                .map(each -> each.group(1))
                .toList();
        assertThat(named).hasSize(5).allMatch(names::contains);
    }
}
