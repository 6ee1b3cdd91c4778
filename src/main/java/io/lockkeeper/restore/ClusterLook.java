package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Looks at a copied cluster, which has no fingerprint to be held against: all rows of all its databases are read, as
/// `pg_dump` reads them, and the server checks its own files.
@Singleton
class ClusterLook {
    private static final int LAST_LINES = 10;

    private static final String DATABASES =
            "SELECT datname FROM pg_database WHERE datallowconn AND datname <> 'template0' ORDER BY datname";

    private static final String NOT_AVAILABLE = """
            SELECT extname FROM pg_extension WHERE extname NOT IN (SELECT name FROM pg_available_extensions)
            ORDER BY extname""";

    private static final String PREPARED = "SELECT count(*) AS number FROM pg_prepared_xacts";

    private static final String CHECKSUMS = "SELECT current_setting('data_checksums') = 'on' AS present";

    private final CopyAccess access;
    private final Optional<List<Path>> toolDirectories;

    ClusterLook(
            CopyAccess access,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.access = access;
        this.toolDirectories = toolDirectories;
    }

    Findings look(Restored copy, Restoration wanted) throws Exception {
        List<String> databases = databases(copy);
        for (String database : databases) {
            demandExtensions(copy.sandbox(), database);
        }
        Findings found = wanted.phases().time("read", false, () -> read(copy, wanted, databases));
        found = found.plus(wanted.phases().time("structure", false, () -> structure(copy, databases)));
        if (wanted.backup().origin() != null) {
            found = found.plus(ofAnotherTool(copy));
        }
        String files = wanted.backup().origin() == null
                ? "Every file has the digest that the server gave when it was copied, recovery"
                : "Recovery";
        return found.plus(Findings.note("Copies of files have no fingerprint: rows were not held against those of the"
                + " source. " + files + " came to its end, and every row of " + databases.size()
                + " databases could be read."));
    }

    private Findings ofAnotherTool(Restored copy) throws InterruptedException {
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            boolean checksums = session.one(CHECKSUMS).getBoolean("present");
            return Findings.note(
                    checksums
                            ? "The cluster has data checksums: that of every page was right when its rows were read."
                            : "The cluster has no data checksums: the server itself would not notice a value that changed"
                                    + " where it was kept.");
        }
    }

    private List<String> databases(Restored copy) throws InterruptedException {
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            return session.query(DATABASES).stream()
                    .map(row -> row.getString(0))
                    .toList();
        } catch (ConnectFailure failure) {
            throw lacks(copy.database(), failure.getMessage());
        }
    }

    /// A type or an index whose code is not here cannot be read, whatever the backup holds.
    private void demandExtensions(Sandbox sandbox, String database) throws InterruptedException {
        try (PgSession session = access.connect(sandbox, database)) {
            List<String> missing = new ArrayList<>();
            for (Row row : session.query(NOT_AVAILABLE)) {
                missing.add(row.getString(0));
            }
            if (!missing.isEmpty()) {
                throw new PermanentFailure(Problem.unprocessable(
                        "extension-missing",
                        "The database " + database + " in the backup has extensions that the PostgreSQL "
                                + sandbox.major() + " server of this worker does not have: "
                                + String.join(", ", missing)
                                + ". Install them there; nothing is known about the backup."));
            }
        } catch (ConnectFailure failure) {
            throw lacks(database, failure.getMessage());
        }
    }

    private static PermanentFailure lacks(String database, String how) {
        return new PermanentFailure(Problem.unprocessable(
                "sandbox-lacks-something",
                "The database " + database + " cannot be opened on this worker, which says nothing about the backup: "
                        + how));
    }

    private Findings read(Restored copy, Restoration wanted, List<String> databases)
            throws IOException, InterruptedException {
        Findings found = Findings.NONE;
        for (String database : databases) {
            Deque<String> said = new ArrayDeque<>();
            int exitCode = access.run(
                    wanted.job(),
                    copy.sandbox(),
                    database,
                    tools(wanted),
                    "pg_dump",
                    List.of("--format=custom", "--compress=0", "--no-password", "--no-sync"),
                    (buffer, length) -> {},
                    line -> keep(said, line));
            if (exitCode != 0) {
                copy.sandbox().demandLife();
                found = found.plus(Findings.of(Reason.of(
                        Reason.Code.RESTORE,
                        database,
                        "The database " + database + " of the copy cannot be read: " + String.join(" / ", said))));
            }
        }
        return found;
    }

    private Findings structure(Restored copy, List<String> databases) throws InterruptedException {
        Findings found = Findings.NONE;
        for (String database : databases) {
            try (PgSession session = access.connect(copy.sandbox(), database)) {
                found = found.plus(in(database, new StructureCheck(true).check(session)));
            }
        }
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            long prepared = session.one(PREPARED).getLong("number");
            return prepared == 0
                    ? found
                    : found.plus(Findings.note(prepared + " prepared transactions came with the copy; what they hold is"
                            + " neither committed nor rolled back."));
        }
    }

    private static Findings in(String database, Findings found) {
        return new Findings(
                found.reasons().stream()
                        .map(reason -> new Reason(
                                reason.code(),
                                database + ": " + reason.subject(),
                                reason.sqlState(),
                                "In database " + database + ": " + reason.detail()))
                        .toList(),
                found.notes().stream()
                        .map(note -> "In database " + database + ": " + note)
                        .toList());
    }

    private static void keep(Deque<String> said, String line) {
        if (said.size() == LAST_LINES) {
            said.removeFirst();
        }
        said.addLast(line);
    }

    private ClientTools tools(Restoration wanted) throws InterruptedException {
        try {
            return ClientTools.forServer(wanted.serverMajor(), List.of("pg_dump"), toolDirectories.orElse(List.of()));
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }
}
