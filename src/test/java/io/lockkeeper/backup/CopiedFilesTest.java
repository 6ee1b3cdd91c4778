package io.lockkeeper.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.OwnCluster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the comparison of a physical backup with its manifest finds, on what `pg_basebackup` really wrote.
class CopiedFilesTest {
    private static final long SEGMENT = 16L << 20;

    @TempDir
    static Path copy;

    @TempDir
    Path directory;

    private static BackupManifest manifest;
    private static byte[] base;

    @BeforeAll
    static void copyAServer() throws Exception {
        try (OwnCluster cluster = OwnCluster.start(15)) {
            cluster.sql("CREATE TABLE t AS SELECT n, repeat('x', 100) AS x FROM generate_series(1, 1000) n");
            cluster.run(
                    "pg_basebackup",
                    "--pgdata=" + copy,
                    "--format=tar",
                    "--checkpoint=fast",
                    "--manifest-checksums=SHA256");
        }
        manifest = BackupManifest.parse(Files.readAllBytes(copy.resolve("backup_manifest")));
        base = Files.readAllBytes(copy.resolve("base.tar"));
    }

    @AfterAll
    static void forget() {
        base = null;
    }

    @Test
    void everyFileIsWhatTheManifestSays() throws Exception {
        assertThat(manifest.difference(seen(base))).isEmpty();
        assertThat(manifest.files()).hasSizeGreaterThan(900);
    }

    @Test
    void oneBitOfAnyFileIsFoundAndOneOfItsName() throws Exception {
        try (TarFile tar = new TarFile(copy.resolve("base.tar"))) {
            List<TarArchiveEntry> files =
                    tar.getEntries().stream().filter(each -> each.getSize() > 0).toList();
            for (int i = 0; i < 40; i++) {
                TarArchiveEntry file = files.get(files.size() * i / 40);
                int content = (int) (file.getDataOffset() + file.getSize() * i / 40);
                int name = (int) file.getDataOffset() - 512;

                assertThat(isDamaged(with(content))).as(file.getName()).isTrue();
                assertThat(isDamaged(with(name)))
                        .as("the name " + file.getName())
                        .isTrue();
            }
        }
    }

    private static byte[] with(int flipped) {
        byte[] damaged = base.clone();
        damaged[flipped] ^= 1;
        return damaged;
    }

    @Test
    void aTarThatEndsTooEarlyIsFound() {
        assertThat(isDamaged(java.util.Arrays.copyOf(base, base.length / 2))).isTrue();
        assertThat(isDamaged(java.util.Arrays.copyOf(base, base.length / 2 & ~511)))
                .isTrue();
    }

    @Test
    void aFileTooManyIsFound() throws Exception {
        Path tar = Files.write(directory.resolve("base.tar"), base);
        Files.writeString(directory.resolve("more"), "more");
        ChildProcess.run(
                new Command(Path.of("/bin/tar"), List.of("-rf", tar.toString(), "more"), directory, Map.of()),
                Duration.ofMinutes(1));

        assertThat(manifest.difference(seen(Files.readAllBytes(tar)))).contains("more is not in the manifest");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"Size\": 8192", "\"Timeline\": 1", "global/pg_control"})
    void aManifestThatSomebodyWroteOnIsFound(String what) throws Exception {
        String text = Files.readString(copy.resolve("backup_manifest"));
        String other = text.replaceFirst(what, what.replace('1', '2').replace("global", "locals"));
        assertThat(other).isNotEqualTo(text);

        assertThatThrownBy(() -> BackupManifest.parse(other.getBytes(StandardCharsets.UTF_8)))
                .hasMessageContaining("digest");
    }

    @Test
    void logThatIsMissingIsFound() throws Exception {
        Path log = copy.resolve("pg_wal.tar");
        assertThat(LogTar.missing(log, manifest, SEGMENT)).isEmpty();
        Path cut = Files.write(directory.resolve("pg_wal.tar"), new byte[10240]);

        assertThat(LogTar.missing(cut, manifest, SEGMENT)).isPresent();
    }

    @Test
    void tooLittleRoomIsToldWithNumbers() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        Assumptions.assumeTrue(
                mount("-t", "tmpfs", "-o", "size=20m", "none", small.toString()), "root may not mount here");
        try {
            ClusterRoom.demand("orders", directory, 30_000_000);
            assertThatThrownBy(() -> ClusterRoom.demand("orders", small, 30_000_000))
                    .isInstanceOfSatisfying(Refused.class, refused -> {
                        assertThat(refused.problem().status()).isEqualTo(507);
                        assertThat(refused.problem().code()).isEqualTo("no-space");
                        assertThat(refused.problem().detail())
                                .contains("30.0 MB", "97.1 MB", "21.0 MB", small.toString());
                    });
        } finally {
            ChildProcess.run(Command.of(Path.of("/bin/umount"), small.toString()), Duration.ofSeconds(10));
        }
    }

    @Test
    void aDiskThatFillsUpIsTold() throws Exception {
        Path small = Files.createDirectory(directory.resolve("small"));
        Assumptions.assumeTrue(
                mount("-t", "tmpfs", "-o", "size=8m", "none", small.toString()), "root may not mount here");
        Complaints complaints = new Complaints("pg_basebackup");
        try (OwnCluster cluster = OwnCluster.start(15)) {
            assertThatThrownBy(() -> cluster.run(
                            "pg_basebackup", "--pgdata=" + small.resolve("x"), "--format=tar", "--checkpoint=fast"))
                    .satisfies(failed -> failed.getMessage().lines().forEach(complaints::accept));
        } finally {
            ChildProcess.run(Command.of(Path.of("/bin/umount"), "-l", small.toString()), Duration.ofSeconds(10));
        }

        assertThat(complaints.failure("orders", 1, Blockers.NONE))
                .isInstanceOfSatisfying(
                        Refused.class, told -> assertThat(told.problem().code()).isEqualTo("no-space"));
    }

    private static boolean mount(String... arguments) throws Exception {
        return ChildProcess.run(Command.of(Path.of("/bin/mount"), arguments), Duration.ofSeconds(10))
                .well();
    }

    private static boolean isDamaged(byte[] tar) {
        try {
            return manifest.difference(seen(tar)).isPresent();
        } catch (IOException damaged) {
            return true;
        }
    }

    private static Map<String, FilesSeen.File> seen(byte[] tar) throws IOException {
        FilesSeen seen = new FilesSeen();
        try (InputStream in = new java.io.ByteArrayInputStream(tar)) {
            seen.read(in, "");
        }
        return seen.files();
    }
}
