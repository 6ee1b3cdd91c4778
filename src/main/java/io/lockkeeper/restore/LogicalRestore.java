package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupContent;
import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.dump.DumpFailure;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.LeftOut;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.Sandboxes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Restores what `pg_dump` wrote, by `pg_restore` or `psql`, into an empty server of the same major version.
@Singleton
class LogicalRestore implements Restoring {
    private static final List<String> PROGRAMS = List.of("pg_restore", "pg_dump", "psql");

    private final Sandboxes sandboxes;
    private final CopyAccess access;
    private final Optional<List<Path>> toolDirectories;

    LogicalRestore(
            Sandboxes sandboxes,
            CopyAccess access,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.sandboxes = sandboxes;
        this.access = access;
        this.toolDirectories = toolDirectories;
    }

    @Override
    public Restored restore(Restoration wanted) throws Exception {
        ClientTools tools = tools(wanted);
        long bytes = RoomNeeded.forDump(wanted.backup());
        wanted.phases().time("room", false, () -> {
            sandboxes.demandRoom(bytes);
            return null;
        });
        Path directory = Files.createDirectory(wanted.job().directory().resolve("backup"));
        BackupContent.Unpacking files = wanted.content().unpacking(directory);
        try (Beside unpacking =
                Beside.start("unpack", true, wanted.spec().parallelism(), wanted.phases(), files::run)) {
            Sandbox sandbox = wanted.phases()
                    .time(
                            "start",
                            true,
                            () -> sandboxes.start(
                                    Sandbox.Wanted.of(wanted.serverMajor()).taking(bytes)));
            boolean handedOver = false;
            try {
                wanted.phases().step("unpack", () -> {
                    unpacking.await();
                    return null;
                });
                Restored restored = fill(sandbox, wanted, tools, directory);
                handedOver = true;
                return restored;
            } finally {
                if (!handedOver) {
                    sandbox.close();
                }
            }
        }
    }

    private Restored fill(Sandbox sandbox, Restoration wanted, ClientTools tools, Path directory) throws Exception {
        Fingerprint expected = expected(wanted);
        EmptyServer server = new EmptyServer(access, sandbox, wanted.backup().database());
        Findings roles = wanted.phases()
                .time(
                        "prepare",
                        true,
                        () -> server.prepare(expected, wanted.content().globals()));
        DumpLoad load = new DumpLoad(access, sandbox, wanted, tools, isPartial(expected));
        BackupSpec.Format format = wanted.backup().format();
        Path dump = BackupContent.dumpIn(directory, format);
        Findings loading = wanted.phases().time("restore", true, () -> {
            if (format == BackupSpec.Format.PLAIN) {
                server.createDatabase(expected.properties());
                return load.plain(dump);
            }
            return load.archive(dump, server.maintenance());
        });
        return new Restored(
                sandbox,
                wanted.backup().database(),
                wanted.backup().snapshotAt(),
                load.comparable(expected),
                roles.plus(loading));
    }

    private ClientTools tools(Restoration wanted) throws InterruptedException {
        int major = Math.max(wanted.serverMajor(), wanted.toolMajor());
        try {
            return ClientTools.forServer(major, PROGRAMS, toolDirectories.orElse(List.of()));
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }

    /// The fingerprint that was taken along with the dump, and no other one.
    private static Fingerprint expected(Restoration wanted) throws IOException {
        String json = wanted.content().fingerprint().orElseThrow(() -> broken("The backup holds no fingerprint."));
        if (!Digest.of(json).equals(wanted.backup().fingerprint().sha256())) {
            throw broken("The fingerprint in the depot is not the one that was taken when the backup was made.");
        }
        try {
            return Fingerprint.parse(json);
        } catch (DumpFailure unreadable) {
            throw broken(unreadable.getMessage());
        }
    }

    private static Unrestorable broken(String sentence) {
        return new Unrestorable(Findings.of(Reason.of(Reason.Code.ARTIFACT, "fingerprint", sentence)));
    }

    private static boolean isPartial(Fingerprint expected) {
        return expected.leftOut().stream()
                .map(LeftOut::why)
                .anyMatch(Set.of(LeftOut.Why.EXCLUDED, LeftOut.Why.ROWS_EXCLUDED)::contains);
    }
}
