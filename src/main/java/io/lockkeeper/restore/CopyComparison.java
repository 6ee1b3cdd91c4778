package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.dump.ArchiveToc;
import io.lockkeeper.dump.Comparison;
import io.lockkeeper.dump.CustomArchive;
import io.lockkeeper.dump.DatabaseFacts;
import io.lockkeeper.dump.Difference;
import io.lockkeeper.dump.DumpContent;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Level;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.PgSession;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Holds a restored copy against the fingerprint of what was backed up: it is dumped in the same way, and read along.
@Singleton
class CopyComparison {
    private static final Set<String> NOT_IN_PLAIN_DUMPS = Set.of("owner", "connection limit");

    private final CopyAccess access;
    private final Optional<List<Path>> toolDirectories;

    CopyComparison(
            CopyAccess access,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.access = access;
        this.toolDirectories = toolDirectories;
    }

    /// What was compared, and what came of it.
    ///
    /// @param found of the copy
    record Outcome(Findings findings, Compared compared, Fingerprint found) {}

    Outcome compare(Restored copy, Restoration wanted) throws IOException, InterruptedException {
        Fingerprint expected = copy.expected();
        Level level = less(expected.level(), wanted.spec().compare());
        Fingerprint found = fingerprint(copy, wanted, expected, level);
        Comparison comparison = Comparison.of(expected, found);
        boolean plain = wanted.backup().format() == BackupSpec.Format.PLAIN;
        List<String> notes = new ArrayList<>(comparison.notes());
        if (plain) {
            notes.add(
                    "A plain dump does not hold the database's owner, settings, privileges and connection limit, and its"
                            + " fingerprint not who may do what with large objects: these were not compared.");
        }
        if (level == Level.COUNTS) {
            notes.add("Rows were counted, their values were not compared.");
        }
        List<Reason> reasons = comparison.differences().stream()
                .filter(difference -> !plain || !isOutsideOfPlainDumps(difference))
                .map(difference -> Reason.of(
                        Reason.Code.valueOf(difference.code().name()), difference.object(), difference.sentence()))
                .toList();
        return new Outcome(new Findings(reasons, notes), Compared.of(level, expected), found);
    }

    private static Level less(Level one, Level other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static boolean isOutsideOfPlainDumps(Difference difference) {
        return difference.code() == Difference.Code.PROPERTIES
                && (NOT_IN_PLAIN_DUMPS.contains(difference.object())
                        || difference.object().startsWith("setting ")
                        || difference.object().startsWith("privilege on the database "));
    }

    private Fingerprint fingerprint(Restored copy, Restoration wanted, Fingerprint expected, Level level)
            throws IOException, InterruptedException {
        DatabaseFacts facts;
        try (PgSession session = access.connect(copy.sandbox(), copy.database())) {
            session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            facts = DatabaseFacts.read(session);
        }
        CustomArchive archive = new CustomArchive(level, expected.columnOrders(facts));
        dump(copy, wanted, archive, List.of());
        DumpContent content = archive.complete();
        return Fingerprint.of(level, content, toc(copy, wanted, content), facts);
    }

    /// Plain SQL has no table of contents: where the backup took it from a dump of the definitions, so do we.
    private ArchiveToc toc(Restored copy, Restoration wanted, DumpContent content)
            throws IOException, InterruptedException {
        if (wanted.backup().format() != BackupSpec.Format.PLAIN) {
            return content.toc().orElseThrow();
        }
        CustomArchive definitions = new CustomArchive(Level.NONE);
        dump(copy, wanted, definitions, List.of("--schema-only"));
        definitions.complete();
        return definitions.toc().orElseThrow();
    }

    private void dump(Restored copy, Restoration wanted, CustomArchive archive, List<String> more)
            throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("--format=custom", "--compress=0", "--no-password", "--no-sync"));
        arguments.addAll(more);
        Deque<String> said = new ArrayDeque<>();
        int exitCode = access.run(
                wanted.job(),
                copy.sandbox(),
                copy.database(),
                tools(wanted),
                "pg_dump",
                arguments,
                (buffer, length) -> archive.accept(buffer, 0, length),
                line -> keep(said, line));
        if (exitCode != 0) {
            copy.sandbox().demandLife();
            throw new Refused(Problem.of(
                    502,
                    "copy-not-readable",
                    "Copy not readable",
                    "pg_dump could not read the restored copy: " + String.join(" / ", said)));
        }
    }

    private static void keep(Deque<String> said, String line) {
        if (said.size() == 10) {
            said.removeFirst();
        }
        said.addLast(line);
    }

    /// Of the version that made the backup: others put things into other words.
    private ClientTools tools(Restoration wanted) throws InterruptedException {
        int major = Math.max(wanted.serverMajor(), wanted.toolMajor());
        try {
            return ClientTools.forServer(major, List.of("pg_dump"), toolDirectories.orElse(List.of()));
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }
}
