package io.lockkeeper.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.depot.Compression;
import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.depot.Packing;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.Lsn;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What happens when somebody dies between a depot and the row about it.
@QuarkusTest
class ShelvingApiTest {
    private static final String NAME = "00000001000000000000000A";
    private static final long SEGMENT = 16L << 20;

    @Inject
    Depots depots;

    @Inject
    WalSegmentStore segments;

    @TempDir
    Path directory;

    private final String target = "s-" + UUID.randomUUID();

    @Test
    void theSameSegmentTwiceIsOne() throws Exception {
        assertThat(shelving().shelve(segment("content"), Instant.EPOCH)).isPositive();

        assertThat(shelving().shelve(segment("content"), null)).isZero();

        assertThat(segments.runs(target, "7")).hasSize(1);
        assertThat(stored()).isEqualTo("content");
    }

    @Test
    void anotherContentIsAnAlarmAndOverwritesNothing() throws Exception {
        shelving().shelve(segment("content"), null);

        assertThatThrownBy(() -> shelving().shelve(segment("other"), null))
                .isInstanceOfSatisfying(
                        PermanentFailure.class,
                        failure -> assertThat(failure.problem().code()).isEqualTo("wal-segment-differs"));

        assertThat(stored()).isEqualTo("content");
    }

    @Test
    void whatLiesThereWithoutARowIsNeitherTrustedNorRemoved() throws Exception {
        String folder = target + "-wal/7/" + NAME;
        Depot depot = depots.named(null);
        String sha256;
        try (ArtifactWriter writer = depot.write(folder, new Packing(Compression.none(), null, null))) {
            try (OutputStream out = writer.file(NAME)) {
                out.write("of somebody who died".getBytes(StandardCharsets.UTF_8));
            }
            sha256 = writer.complete(java.util.Map.of()).manifestSha256();
        }

        shelving().shelve(segment("content"), null);

        assertThat(stored()).isEqualTo("content");
        assertThat(segments.find(target, "7", NAME).orElseThrow().folder()).startsWith(folder + "-");
        depot.read(folder, sha256).verify();
    }

    private Shelving shelving() {
        var archive = new WalArchive(1, target, "default", "slot", null, false, null);
        var state = new LogState(null, false, new Lsn(1), "7", 1, SEGMENT, null, null);
        return new Shelving(archive, state, depots.named(null), segments);
    }

    private Path segment(String content) throws Exception {
        return Files.writeString(directory.resolve(NAME), content);
    }

    private String stored() throws Exception {
        StoredSegment segment = segments.find(target, "7", NAME).orElseThrow();
        try (InputStream in = depots.named(segment.depot())
                .read(segment.folder(), segment.sha256())
                .open(NAME)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
