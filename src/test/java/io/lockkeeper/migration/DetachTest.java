package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import io.lockkeeper.postgres.PgSession;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `DETACH PARTITION ... CONCURRENTLY` is two transactions, and waits between them for whoever still reads the table.
class DetachTest {
    private static final List<GivenFile> FILES = files(
            "V1__table.sql",
            "CREATE TABLE \"Sales\" (y int) PARTITION BY RANGE (y);\n"
                    + "CREATE TABLE sales_2020 PARTITION OF \"Sales\" FOR VALUES FROM (2020) TO (2021);",
            "V2__detach.sql",
            "ALTER TABLE \"Sales\" DETACH PARTITION sales_2020 CONCURRENTLY;\nCREATE TABLE after_it ();");
    private static final String PENDING = "SELECT inhdetachpending FROM pg_inherits";

    private static Runs runs;

    @BeforeAll
    static void start() {
        runs = new Runs();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        runs.close();
    }

    @ParameterizedTest
    @CsvSource({"15, pg_cancel_backend", "15, pg_terminate_backend", "18, pg_cancel_backend", "18, pg_terminate_backend"
    })
    void whatIsHalfDetachedIsFinished(int major, String interruption) throws Exception {
        Site site = runs.site(major);
        site.apply(up(FILES.subList(0, 1)));
        try (PgSession reader = site.session()) {
            reader.script("BEGIN; SELECT count(*) FROM \"Sales\"");
            CompletableFuture<Plan> first = CompletableFuture.supplyAsync(() -> apply(site));
            await().atMost(Duration.ofMinutes(1)).until(() -> site.rows(PENDING).equals(List.of("true")));

            site.sql("SELECT " + interruption + "(" + site.backend + ")");

            assertThatThrownBy(first::join).isNotNull();
            assertThat(site.rows(PENDING)).containsExactly("true");
            reader.script("COMMIT");
        }
        site.apply(up(FILES));

        assertThat(site.rows(PENDING)).isEmpty();
        assertThat(site.rows("SELECT to_regclass('sales_2020'), to_regclass('after_it')"))
                .containsExactly("sales_2020|after_it");
        assertThat(site.rows("SELECT version, success FROM flyway_schema_history ORDER BY installed_rank"))
                .containsExactly("1|true", "2|true");
    }

    private static Plan apply(Site site) {
        try {
            return site.apply(up(FILES));
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
