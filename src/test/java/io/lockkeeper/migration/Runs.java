package io.lockkeeper.migration;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.TestServers;
import io.lockkeeper.job.engine.TestStore;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.MigrationSpec.Mode;
import io.lockkeeper.migration.MigrationSpec.Options;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.security.Audit;
import io.lockkeeper.sql.Grammar;
import io.lockkeeper.store.StoreAddress;
import io.lockkeeper.target.TargetFacts;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/// Runs of migrations without the engine around them, on a store and a server that are real.
final class Runs implements AutoCloseable {
    private static final Grammar GRAMMAR = new Grammar();
    private final TestStore store;
    private final Vertx vertx = Vertx.vertx();
    final BundleStore bundles;
    final JournalStore journals;
    private long jobs;

    Runs() {
        this(new TestStore());
    }

    Runs(TestStore store) {
        this.store = store;
        this.bundles = new BundleStore(store.pool);
        this.journals = new JournalStore(store.pool, new ObjectMapper());
    }

    /// A database of its own, as a target.
    final class Site {
        final StoreAddress database;
        final TargetFacts target;

        Site(StoreAddress database) {
            this(database, false);
        }

        /// @param wayBack its migrations must have one
        Site(StoreAddress database, boolean wayBack) {
            this.database = database;
            String name = "site-" + database.database();
            this.target = new TargetFacts(store.target(name, 4), name, Map.of(), 0, List.of(), wayBack, null, 4);
        }

        PgSession session() throws InterruptedException {
            var server = new ServerAddress(
                    database.host(),
                    database.port(),
                    database.database(),
                    database.username(),
                    new Secret(database.password().orElseThrow()),
                    Tls.DISABLED,
                    "lockkeeper test");
            return new PgConnector(vertx).connect(server, Duration.ofSeconds(10));
        }

        Plan plan(MigrationSpec spec) throws InterruptedException {
            try (PgSession session = session()) {
                return run(spec, session).plan(session);
            }
        }

        Plan apply(MigrationSpec spec) throws InterruptedException {
            return apply(spec, (done, where) -> {});
        }

        /// As a job of its own.
        Plan apply(MigrationSpec spec, Boundary boundary) throws InterruptedException {
            return attempt(spec, ++jobs, boundary);
        }

        /// The server's process of the attempt that runs.
        volatile int backend;

        Plan attempt(MigrationSpec spec, long job, Boundary boundary) throws InterruptedException {
            try (PgSession session = session();
                    PgSession watcher = session()) {
                backend = session.backendPid();
                MigrationRun run = run(spec, session);
                Unfinished unfinished = run.settle(session);
                Work work = work(spec, session);
                Plan plan =
                        run.checked(work.plan(spec, session, unfinished.ids()).on(target));
                run.migrate(
                        newRun(job, work, spec, plan, session),
                        plan,
                        unfinished,
                        new Hands(session, watcher, LockListener.NOBODY, boundary, Meter.NONE));
                return plan;
            }
        }

        private JournalStore.NewRun newRun(long job, Work work, MigrationSpec spec, Plan plan, PgSession session)
                throws InterruptedException {
            return new JournalStore.NewRun(
                    job,
                    target.id(),
                    target.name(),
                    work.bundle().sha256(),
                    work.format().name(),
                    spec.direction(),
                    plan.digest(),
                    work.place(session));
        }

        private MigrationRun run(MigrationSpec spec, PgSession session) throws InterruptedException {
            return new MigrationRun(work(spec, session), spec, target, journals);
        }

        private Work work(MigrationSpec spec, PgSession session) throws InterruptedException {
            Bundle bundle = BundleSpec.bundleOf(spec.files());
            bundles.keep(bundle, new Audit("test", "test", null, "migration-bundle.create", null, "x", Map.of()));
            return Work.of(bundle, spec.format(), spec.settings(), session, GRAMMAR);
        }

        void sql(String... statements) {
            TestServers.execute(database, statements);
        }

        /// Each row as one text.
        List<String> rows(String sql) throws InterruptedException {
            try (PgSession session = session()) {
                List<String> rows = new ArrayList<>();
                for (Row row : session.rows(sql)) {
                    rows.add(String.join(
                            "|",
                            IntStream.range(0, row.size())
                                    .mapToObj(i -> String.valueOf(row.getValue(i)))
                                    .toList()));
                }
                return rows;
            }
        }
    }

    Site site() {
        return new Site(TestServers.emptyDatabase());
    }

    /// On a server of that version.
    Site site(int major) {
        return new Site(TestServers.server(major).emptyDatabase());
    }

    /// One whose protection demands ways back.
    Site carefulSite() {
        return new Site(TestServers.emptyDatabase(), true);
    }

    List<Row> store(String sql, Object... values) {
        return store.ask(sql, values);
    }

    @Override
    public void close() throws InterruptedException {
        store.close();
        vertx.close();
    }

    /// Path, content, path, content.
    static List<GivenFile> files(String... pathsAndContents) {
        List<GivenFile> files = new ArrayList<>();
        for (int i = 0; i < pathsAndContents.length; i += 2) {
            files.add(new GivenFile(pathsAndContents[i], pathsAndContents[i + 1]));
        }
        return files;
    }

    static MigrationSpec up(List<GivenFile> files, Rule... allowed) {
        return spec(files, Direction.UP, null, Options.NONE, allowed);
    }

    static MigrationSpec down(List<GivenFile> files, String to, Rule... allowed) {
        return spec(files, Direction.DOWN, to, Options.NONE, allowed);
    }

    static MigrationSpec spec(List<GivenFile> files, Direction direction, String to, Options options, Rule... allowed) {
        var allow = java.util.Arrays.stream(allowed)
                .map(rule -> new MigrationSpec.Allowance(rule, "a test"))
                .toList();
        return new MigrationSpec(null, files, null, direction, to, Mode.APPLY, null, null, allow, null, options);
    }
}
