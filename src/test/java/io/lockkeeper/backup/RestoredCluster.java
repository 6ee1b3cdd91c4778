package io.lockkeeper.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.postgres.ChildProcess;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.OwnCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// What somebody does by hand with a physical backup: unpack, and start a server on it.
public final class RestoredCluster {
    private RestoredCluster() {}

    /// @param content the tar of tars that a download gives
    public static OwnCluster of(byte[] content, Path directory, OwnCluster source, Map<String, String> settings)
            throws Exception {
        Path tars = unpack(Files.write(directory.resolve("backup.tar"), content), directory.resolve("tars"));
        assertThat(names(tars)).contains("base.tar", "pg_wal.tar", "backup_manifest");
        Path data = unpack(tars.resolve("base.tar"), directory.resolve("restored"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
        unpack(tars.resolve("pg_wal.tar"), data.resolve("pg_wal"));
        moveTablespaces(tars, data);
        if (settings.containsKey("restore_command")) {
            Files.createFile(data.resolve("recovery.signal"));
        }
        return OwnCluster.on(source.major(), data, source.password(), settings);
    }

    /// Into the data directory itself: where they were, the source still has them.
    private static void moveTablespaces(Path tars, Path data) throws Exception {
        Path map = data.resolve("tablespace_map");
        if (Files.notExists(map)) {
            return;
        }
        StringBuilder moved = new StringBuilder();
        for (String line : Files.readAllLines(map)) {
            String oid = line.substring(0, line.indexOf(' '));
            Path place = unpack(tars.resolve(oid + ".tar"), Files.createTempDirectory("lockkeeper-space"));
            ChildProcess.run(
                    new Command(Path.of("/bin/chown"), List.of("-R", "postgres", place.toString()), data, Map.of()),
                    Duration.ofSeconds(10));
            moved.append(oid).append(' ').append(place).append('\n');
        }
        Files.writeString(map, moved);
    }

    private static Path unpack(Path tar, Path to) throws Exception {
        Files.createDirectories(to);
        ChildProcess.Ended ended = ChildProcess.run(
                new Command(Path.of("/bin/tar"), List.of("-xf", tar.toString(), "-C", to.toString()), to, Map.of()),
                Duration.ofMinutes(1));
        assertThat(ended.exitCode()).as(ended.text()).isZero();
        return to;
    }

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
