package io.lockkeeper.migration;

import static io.lockkeeper.migration.Runs.files;
import static io.lockkeeper.migration.Runs.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.Runs.Site;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// Ends a run between any two things that it does, and lets the next one find out.
class ChaosTest {
    private static final List<GivenFile> FILES = files(
            "V1__a.sql", """
                    CREATE TABLE done (what text PRIMARY KEY);
                    INSERT INTO done VALUES ('1.1');
                    CREATE TYPE mood AS ENUM ('sad');""",
            "V2__mixed.sql", """
                    INSERT INTO done VALUES ('2.1');
                    CREATE TABLE t (id int);
                    CREATE INDEX CONCURRENTLY t_id ON t (id);
                    INSERT INTO done VALUES ('2.2');
                    VACUUM t;
                    DROP INDEX CONCURRENTLY t_id;
                    ALTER TYPE mood ADD VALUE 'ok';
                    INSERT INTO done VALUES ('2.3');
                    REINDEX TABLE CONCURRENTLY t;""",
            "V3__alone.sql", "INSERT INTO done VALUES ('3.1');\nINSERT INTO done VALUES ('3.2');",
            "V3__alone.sql.conf", "executeInTransaction=false",
            "R__v.sql", "INSERT INTO done VALUES ('R');");

    private static final class Killed extends Error {
        Killed() {
            super("killed");
        }
    }

    @FunctionalInterface
    private interface Whole {
        void is(Site site, String how) throws InterruptedException;
    }

    @Test
    void goesOnWhereverItWasKilled() throws Exception {
        try (Runs runs = new Runs()) {
            assertThat(killedEverywhere(runs, site -> FILES, ChaosTest::isWhole))
                    .isBetween(25, 60);
        }
    }

    /// What is done is not done again, and what is not done is: both would fail.
    @Test
    void theCatalogueKnowsWhatRanOutsideOfTransactions() throws Exception {
        try (Runs runs = new Runs()) {
            int boundaries = killedEverywhere(
                    runs,
                    site -> {
                        String name = site.database.database();
                        site.sql("ALTER DATABASE " + name + " SET allow_in_place_tablespaces = on");
                        return files("V1__globals.sql", """
                                CREATE DATABASE %1$s_more;
                                DROP DATABASE %1$s_more;
                                CREATE TABLESPACE %1$s_space LOCATION '';
                                DROP TABLESPACE %1$s_space;
                                CREATE SUBSCRIPTION %1$s_sub CONNECTION 'host=nowhere' PUBLICATION p
                                    WITH (connect = false, slot_name = NONE);
                                DROP SUBSCRIPTION %1$s_sub;
                                """.formatted(name));
                    },
                    (site, how) -> assertThat(site.rows("SELECT version, success FROM flyway_schema_history"))
                            .as(how)
                            .containsExactly("1|true"));
            assertThat(boundaries).isBetween(15, 40);
        }
    }

    /// @return how many boundaries a run has
    private static int killedEverywhere(Runs runs, Function<Site, List<GivenFile>> files, Whole whole)
            throws Exception {
        int boundaries = runsThrough(runs, files, Integer.MAX_VALUE, false, whole);
        for (int at = 1; at <= boundaries; at++) {
            runsThrough(runs, files, at, at % 2 == 0, whole);
        }
        return boundaries;
    }

    /// @param sameJob the second attempt is one of the same job, else another job
    private static int runsThrough(
            Runs runs, Function<Site, List<GivenFile>> content, int killAt, boolean sameJob, Whole whole)
            throws Exception {
        Site site = runs.site();
        MigrationSpec spec = up(content.apply(site));
        AtomicInteger boundary = new AtomicInteger();
        long job = 1_000_000 + killAt * 10L;
        try {
            site.attempt(spec, job, (done, where) -> {
                if (boundary.incrementAndGet() == killAt) {
                    site.sql("SELECT pg_terminate_backend(" + site.backend + ", 5000)");
                    throw new Killed();
                }
            });
        } catch (Killed killed) {
            site.attempt(spec, sameJob ? job : job + 1, (done, where) -> {});
        }
        String how = "killed at boundary " + killAt;
        whole.is(site, how);
        assertThat(runs.store("SELECT 1 FROM migration_run WHERE target = $1 AND ended_at IS NULL", site.target.name()))
                .as(how)
                .isEmpty();
        io.lockkeeper.TestServers.drop(site.database);
        return boundary.get();
    }

    private static void isWhole(Site site, String how) throws InterruptedException {
        assertThat(site.rows("SELECT what FROM done ORDER BY what"))
                .as(how)
                .containsExactly("1.1", "2.1", "2.2", "2.3", "3.1", "3.2", "R");
        assertThat(site.rows("SELECT count(*) FROM pg_index WHERE indrelid = 't'::regclass"))
                .as(how)
                .containsExactly("0");
        assertThat(site.rows("SELECT enum_range(NULL::mood)::text")).as(how).containsExactly("{sad,ok}");
        assertThat(site.rows("SELECT version, success FROM flyway_schema_history ORDER BY installed_rank"))
                .as(how)
                .containsExactly("1|true", "2|true", "3|true", "null|true");
    }
}
