package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.dump.ArchiveToc;
import io.lockkeeper.dump.CustomArchive;
import io.lockkeeper.dump.DirectoryDump;
import io.lockkeeper.dump.DumpFailure;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Intake;
import io.lockkeeper.dump.Level;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One run of `pg_restore` or `psql`: neither its exit code nor its silence is believed alone.
final class DumpLoad {
    private static final int MOST_WARNINGS = 20;
    private static final Pattern DONE = Pattern.compile("^pg_restore: (creating|processing data for|executing) ");

    private final CopyAccess access;
    private final Sandbox sandbox;
    private final Restoration wanted;
    private final ClientTools tools;
    private final FaultJudge judge;
    private final RestoreOutput output = new RestoreOutput();
    private int things;
    private int done;

    DumpLoad(CopyAccess access, Sandbox sandbox, Restoration wanted, ClientTools tools, boolean partial) {
        this.access = access;
        this.sandbox = sandbox;
        this.wanted = wanted;
        this.tools = tools;
        this.judge = new FaultJudge(partial);
    }

    /// @param dump a directory, or a custom archive
    Findings archive(Path dump, String maintenance) throws IOException, InterruptedException {
        ArchiveToc contents = contents(dump);
        things = contents.entries().size();
        List<String> arguments = List.of(
                "--create",
                "--jobs=" + wanted.spec().parallelism(),
                "--dbname=" + maintenance,
                "--no-password",
                "--verbose", // else it does not tell which entry a fault is about
                dump.toString());
        return run("pg_restore", maintenance, arguments, fault -> Place.of(fault, contents));
    }

    /// It ends at the first fault: what follows a `COPY` that was refused is no SQL.
    Findings plain(Path dump) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--set=VERBOSITY=verbose"));
        if (!restrictsItself(dump)) {
            arguments.add("--command=\\restrict " + UUID.randomUUID().toString().replace("-", ""));
        }
        arguments.add("--file=" + dump);
        arguments.add("--output=/dev/null");
        return run(
                "psql",
                wanted.backup().database(),
                arguments,
                fault -> fault.line() == null
                        ? null
                        : Place.atLine(dump, fault.line()).orElse(null));
    }

    private interface Finder {
        @Nullable
        Place of(RestoreFault fault) throws IOException;
    }

    private Findings run(String program, String database, List<String> arguments, Finder places)
            throws IOException, InterruptedException {
        long logged = sandbox.log().length();
        int exitCode = access.run(wanted.job(), sandbox, database, tools, program, arguments, null, this::hear);
        SqlStates refused = SqlStates.since(logged, sandbox.log());
        List<RestoreFault> faults = new ArrayList<>(refused.on(output.faults()));
        faults.addAll(refused.beside(faults));
        for (RestoreFault fault : faults) {
            Place place = places.of(fault);
            wanted.job().log((place == null ? "" : place.title() + ": ") + fault.message());
            judge.judge(fault, place);
        }
        if (exitCode != 0) {
            sandbox.demandLife();
        }
        return judge.findings().plus(unexplained(program, exitCode, faults)).plus(warnings());
    }

    private void hear(String line) {
        output.hear(line);
        if (things > 0 && line.startsWith("pg_restore: ") && DONE.matcher(line).find()) {
            done++;
            wanted.job()
                    .progress(Math.min(99, 100 * done / things), Math.min(done, things) + " of " + things + " things");
        }
    }

    /// It says that something was wrong, and nobody knows what.
    private static Findings unexplained(String program, int exitCode, List<RestoreFault> faults) {
        return exitCode == 0 || !faults.isEmpty()
                ? Findings.NONE
                : Findings.of(Reason.of(
                        Reason.Code.RESTORE,
                        program,
                        program + " ended with exit code " + exitCode + " without a reason."));
    }

    private Findings warnings() {
        return new Findings(
                List.of(),
                output.warnings().stream()
                        .limit(MOST_WARNINGS)
                        .map(warning -> "The server warned: " + warning + ".")
                        .toList());
    }

    private ArchiveToc contents(Path dump) throws IOException {
        try {
            return wanted.backup().format() == BackupSpec.Format.DIRECTORY
                    ? read(dump.resolve(DirectoryDump.TOC), ArchiveToc.ofDirectory())
                    : head(dump);
        } catch (DumpFailure unreadable) {
            throw new Unrestorable(
                    Findings.of(Reason.of(Reason.Code.ARTIFACT, "table of contents", unreadable.getMessage())));
        }
    }

    private static ArchiveToc read(Path file, Intake<ArchiveToc> intake) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        intake.accept(bytes, 0, bytes.length);
        return intake.complete();
    }

    private static ArchiveToc head(Path file) throws IOException {
        CustomArchive archive = new CustomArchive(Level.NONE);
        byte[] buffer = new byte[64 * 1024];
        try (InputStream in = Files.newInputStream(file)) {
            for (int got = in.read(buffer); got >= 0 && archive.toc().isEmpty(); got = in.read(buffer)) {
                archive.accept(buffer, 0, got);
            }
        }
        return archive.toc().orElseGet(() -> archive.complete().toc().orElseThrow());
    }

    /// A dump that does not forbid commands of psql's own could run programs here; then we forbid them.
    private static boolean restrictsItself(Path dump) throws IOException {
        try (Stream<String> lines = Files.lines(dump, StandardCharsets.ISO_8859_1)) {
            return lines.limit(20).anyMatch(line -> line.startsWith("\\restrict "));
        }
    }

    /// What the copy is to be held against: what was told of already is not missed again. Nothing, where the
    /// restore ended at its first fault.
    @Nullable
    Fingerprint comparable(Fingerprint expected) {
        boolean ended = wanted.backup().format() == BackupSpec.Format.PLAIN
                && !judge.findings().reasons().isEmpty();
        return ended ? null : Expected.without(judge.failed(), expected);
    }
}
