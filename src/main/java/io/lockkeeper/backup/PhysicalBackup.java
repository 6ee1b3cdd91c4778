package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.PgSession;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Backs up a whole cluster by `pg_basebackup`, with the log that was written meanwhile. What is stored is what the
/// server said: every file is compared with the manifest as it passes.
@Singleton
class PhysicalBackup {
    private static final String MANIFEST = "backup_manifest";
    private static final String BASEBACKUP = "pg_basebackup";
    private static final String VERIFY = "pg_verifybackup";
    private static final int VERIFIES_TAR = 18;
    private static final int FASTEST = 1024; // MB/s, for pg_basebackup

    /// After the program has ended: what the copy holds is no older, and nothing earlier can be recovered to.
    private static final String NOW = """
            SELECT clock_timestamp() AS at,
                   CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
                        THEN (SELECT system_identifier::text FROM pg_control_system()) END AS system_identifier""";

    private final Optional<List<Path>> toolDirectories;

    PhysicalBackup(@ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.toolDirectories = toolDirectories;
    }

    Made make(Making making) throws Exception {
        JobContext job = making.job();
        Path directory = job.directory().resolve("base");
        Source source = job.step(
                "look", () -> Source.resting(job, List.of(BASEBACKUP, VERIFY), toolDirectories.orElse(List.of())));
        Cluster cluster = Cluster.look(job.target(), source.holder());
        demandRoom(job, cluster);
        making.expect(cluster.bytes() == null ? 0 : cluster.bytes(), 0);
        Map<String, FilesSeen.File> seen = job.step("copy", () -> copy(making, source, directory));
        BackupManifest manifest = job.step("check", () -> check(making, source, directory, seen, cluster));
        job.step("log", () -> store(making, directory, GrowingTars.LOG));
        store(making, directory, MANIFEST);
        return made(job, source, manifest);
    }

    private static void demandRoom(JobContext job, Cluster cluster) throws IOException {
        if (cluster.bytes() == null) {
            job.log(
                    "the role may not know how large the cluster is (pg_read_all_stats): room for it was not looked for");
        } else {
            ClusterRoom.demand(job.target(), job.directory(), cluster.bytes());
        }
    }

    private static Map<String, FilesSeen.File> copy(Making making, Source source, Path directory)
            throws IOException, InterruptedException {
        try (GrowingTars growing = new GrowingTars(directory, making.writer(), making.progress())) {
            try {
                new ToolRun(making.job(), source, making.progress())
                        .run(BASEBACKUP, arguments(making.spec(), directory), null, BackupJob.LONGEST);
                return growing.finish();
            } catch (InterruptedException interrupted) {
                growing.throwFailure();
                throw interrupted;
            } catch (IOException broken) {
                throw notWhole(making.job().target(), broken.getMessage());
            }
        }
    }

    private static List<String> arguments(BackupSpec spec, Path directory) {
        List<String> arguments = new ArrayList<>(List.of(
                "--pgdata=" + directory,
                "--format=tar",
                "--wal-method=stream",
                "--checkpoint=fast",
                "--manifest-checksums=SHA256",
                "--no-password",
                "--no-sync", // these files are on their way elsewhere
                "--verbose"));
        if (spec.megabytesPerSecond() != null && spec.megabytesPerSecond() <= FASTEST) {
            arguments.add("--max-rate=" + spec.megabytesPerSecond() + "M");
        }
        return arguments;
    }

    private static BackupManifest check(
            Making making, Source source, Path directory, Map<String, FilesSeen.File> seen, Cluster cluster)
            throws IOException, InterruptedException {
        JobContext job = making.job();
        try {
            BackupManifest manifest = BackupManifest.parse(Files.readAllBytes(directory.resolve(MANIFEST)));
            Optional<String> difference = manifest.difference(seen);
            if (difference.isPresent()) {
                throw notWhole(job.target(), difference.get());
            }
            Optional<String> gap =
                    LogTar.missing(directory.resolve(GrowingTars.LOG), manifest, cluster.walSegmentBytes());
            if (gap.isPresent()) {
                throw notWhole(job.target(), "the log's segment " + gap.get() + " is missing");
            }
            job.log(seen.size() + " files are what " + MANIFEST + " says, by size and SHA-256");
            verify(making, source, directory);
            return manifest;
        } catch (IOException | IllegalArgumentException broken) {
            throw notWhole(job.target(), broken.getMessage());
        }
    }

    /// A second opinion, by those who wrote the format.
    private static void verify(Making making, Source source, Path directory) throws IOException, InterruptedException {
        if (source.tools().major() < VERIFIES_TAR) {
            making.job()
                    .log(VERIFY + " " + source.tools().major() + " does not read tar; our own comparison stands alone");
            return;
        }
        new ToolRun(making.job(), source, making.progress())
                .run(
                        VERIFY,
                        List.of("--format=tar", "--no-parse-wal", "--quiet", directory.toString()),
                        null,
                        BackupJob.LONGEST);
    }

    private static String store(Making making, Path directory, String name) throws IOException {
        try (OutputStream out = making.writer().file(name)) {
            long bytes = Files.copy(directory.resolve(name), out);
            making.progress().read(bytes);
            return Progress.text(bytes);
        }
    }

    private static Made made(JobContext job, Source source, BackupManifest manifest) throws InterruptedException {
        try (PgSession fresh = job.connect()) { // the first one may have been idle for days
            var now = fresh.one(NOW);
            Instant at = now.getOffsetDateTime("at").toInstant();
            String cluster = now.getString("system_identifier");
            BackupManifest.WalRange last = manifest.lastWal();
            return new Made(
                    null,
                    source.holder().serverVersion(),
                    Integer.toString(source.tools().major()),
                    manifest.systemIdentifier() == null ? cluster : manifest.systemIdentifier(),
                    at,
                    last.end().toString(),
                    new Made.Log(
                            last.timeline(), manifest.wal().getFirst().start().toString()),
                    FingerprintSummary.NONE);
        }
    }

    private static Refused notWhole(String target, String how) {
        return new Refused(Problem.of(
                502,
                "backup-not-whole",
                "Backup not whole",
                "What pg_basebackup wrote about target " + target + " is not what the server says it sent: " + how
                        + "."));
    }
}
