package io.lockkeeper.backup;

import io.lockkeeper.dump.ArchiveToc;
import io.lockkeeper.dump.ColumnOrders;
import io.lockkeeper.dump.CustomArchive;
import io.lockkeeper.dump.DatabaseFacts;
import io.lockkeeper.dump.DirectoryDump;
import io.lockkeeper.dump.DumpContent;
import io.lockkeeper.dump.DumpFailure;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Intake;
import io.lockkeeper.dump.Level;
import io.lockkeeper.dump.PlainDump;
import io.lockkeeper.dump.TableFacts;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Backs up one database by `pg_dump`, which writes plain bytes: hashing, compressing and sealing them is done here, in
/// one go, while they pass.
@Singleton
class LogicalBackup {
    static final String FINGERPRINT = "fingerprint.json";
    static final String CUSTOM = "dump.pgdump";
    static final String PLAIN = "dump.sql";
    static final String GLOBALS = "globals.sql";
    private static final List<String> PROGRAMS = List.of("pg_dump", "pg_dumpall", "pg_restore");

    private final Optional<List<Path>> toolDirectories;

    LogicalBackup(@ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.toolDirectories = toolDirectories;
    }

    Made make(Making making) throws Exception {
        JobContext job = making.job();
        Source source = job.step("look", () -> Source.open(job, PROGRAMS, toolDirectories.orElse(List.of())));
        DatabaseFacts facts = DatabaseFacts.read(source.holder());
        Readable.refuseWhatCannotBeRead(making.spec(), source.holder());
        making.expect(
                facts.tables().stream().mapToLong(TableFacts::bytes).sum(),
                facts.tables().size());
        Fingerprint fingerprint = job.step("dump", () -> withGlobals(making, source, facts));
        try (OutputStream out = making.writer().file(FINGERPRINT)) {
            out.write(fingerprint.json().getBytes(StandardCharsets.UTF_8));
        }
        return new Made(
                source.database(),
                source.holder().serverVersion(),
                Integer.toString(source.tools().major()),
                source.systemIdentifier(),
                source.at(),
                source.walLsn(),
                null,
                FingerprintSummary.of(fingerprint));
    }

    /// Globals are a small thing, and go beside.
    private static Fingerprint withGlobals(Making making, Source source, DatabaseFacts facts)
            throws IOException, InterruptedException {
        if (!making.spec().globals()) {
            return fingerprinted(making, source, facts);
        }
        boolean hashes = making.sealed() && Readable.passwordHashes(source.holder());
        try (Beside globals =
                new Beside("globals-job-" + making.job().jobId(), () -> globals(making, source, hashes))) {
            try {
                Fingerprint fingerprint = fingerprinted(making, source, facts);
                globals.await();
                return fingerprint;
            } catch (InterruptedException interrupted) {
                globals.throwFailure();
                throw interrupted;
            }
        }
    }

    private static Fingerprint fingerprinted(Making making, Source source, DatabaseFacts facts)
            throws IOException, InterruptedException {
        Level level = making.spec().fingerprint();
        ColumnOrders orders = facts.columnOrders();
        try {
            DumpContent content =
                    switch (making.spec().format()) {
                        case DIRECTORY -> directory(making, source, new DirectoryDump(level, orders));
                        case CUSTOM -> piped(making, source, "custom", CUSTOM, new CustomArchive(level, orders));
                        case PLAIN -> piped(making, source, "plain", PLAIN, new PlainDump(level, orders));
                        case TAR -> throw new IllegalStateException("tar is a physical backup's");
                    };
            ArchiveToc toc = content.toc().isPresent() ? content.toc().get() : contents(making, source);
            return Fingerprint.of(level, content, toc, facts);
        } catch (DumpFailure failure) {
            throw new Refused(Problem.of(
                    502,
                    "dump-not-whole",
                    "Dump not whole",
                    "What pg_dump wrote about target " + making.job().target() + " is not a whole dump: "
                            + failure.getMessage()));
        }
    }

    private static DumpContent directory(Making making, Source source, DirectoryDump dump)
            throws IOException, InterruptedException {
        Path directory = making.job().directory().resolve("dump");
        WorkRoom room = new WorkRoom(making.job().directory());
        try (GrowingDump growing = new GrowingDump(directory, dump, making.writer(), making.progress(), room)) {
            growing.follow(Math.max(2, making.spec().parallelism()));
            List<String> arguments = arguments(making.spec(), source, "directory");
            arguments.add("--jobs=" + making.spec().parallelism());
            arguments.add("--file=" + directory);
            try {
                run(making, source, arguments, null);
                growing.finish();
            } catch (InterruptedException interrupted) {
                growing.throwFailure();
                throw interrupted;
            }
        }
        return dump.complete();
    }

    private static DumpContent piped(
            Making making, Source source, String format, String file, Intake<DumpContent> intake)
            throws IOException, InterruptedException {
        try (OutputStream out = making.writer().file(file)) {
            run(making, source, arguments(making.spec(), source, format), (buffer, length) -> {
                intake.accept(buffer, 0, length);
                out.write(buffer, 0, length);
                making.progress().read(length);
            });
        }
        return intake.complete();
    }

    /// Plain SQL has no table of contents; the schema alone, in the same snapshot, has the same.
    private static ArchiveToc contents(Making making, Source source) throws IOException, InterruptedException {
        List<String> arguments = arguments(making.spec(), source, "custom");
        arguments.add("--schema-only");
        CustomArchive archive = new CustomArchive(Level.NONE);
        run(making, source, arguments, (buffer, length) -> archive.accept(buffer, 0, length));
        archive.complete();
        return archive.toc().orElseThrow();
    }

    private static void run(
            Making making, Source source, List<String> arguments, io.lockkeeper.postgres.ChildProcess.Bytes stdout)
            throws IOException, InterruptedException {
        new ToolRun(making.job(), source, making.progress()).run("pg_dump", arguments, stdout, BackupJob.LONGEST);
    }

    private static List<String> arguments(BackupSpec spec, Source source, String format) {
        List<String> arguments = new ArrayList<>(List.of(
                "--format=" + format,
                "--snapshot=" + source.snapshot(),
                "--lock-wait-timeout=" + spec.lockTimeout().toMillis(),
                "--no-password",
                "--no-sync",
                "--verbose"));
        if (!format.equals("plain")) {
            arguments.add("--compress=0");
        }
        if (spec.include() != null) {
            spec.include().arguments("--schema", "--table").forEach(arguments::add);
            arguments.add("--strict-names");
        }
        if (spec.exclude() != null) {
            spec.exclude().arguments("--exclude-schema", "--exclude-table").forEach(arguments::add);
        }
        return arguments;
    }

    /// Password hashes are secrets: they go only where everything is sealed, and only if the role may read them.
    private static void globals(Making making, Source source, boolean hashes) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--globals-only",
                "--no-password",
                "--no-sync",
                "--lock-wait-timeout=" + making.spec().lockTimeout().toMillis()));
        arguments.add("--database=" + Conninfo.database(source.database()));
        if (!hashes) {
            arguments.add("--no-role-passwords");
        }
        try (OutputStream out = making.writer().file(GLOBALS)) {
            new ToolRun(making.job(), source, making.progress())
                    .run("pg_dumpall", arguments, (buffer, length) -> out.write(buffer, 0, length), BackupJob.LONGEST);
        }
        making.job().log("globals: " + (hashes ? "with password hashes" : "without passwords"));
    }
}
