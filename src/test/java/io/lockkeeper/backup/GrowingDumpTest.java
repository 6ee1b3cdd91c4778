package io.lockkeeper.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.depot.Compression;
import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.Packing;
import io.lockkeeper.depot.TestDepots;
import io.lockkeeper.dump.DirectoryDump;
import io.lockkeeper.dump.Level;
import io.lockkeeper.http.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingDumpTest {
    @TempDir
    Path directory;

    /// A disk has less than that free.
    @Test
    void givesUpBeforeTheDiskIsFull() throws Exception {
        Depot depot = TestDepots.directory(Files.createDirectory(directory.resolve("depot")))
                .named(null);
        try (ArtifactWriter writer = depot.write("orders/1-1", new Packing(Compression.none(), null, null));
                GrowingDump growing = new GrowingDump(
                        directory.resolve("dump"),
                        new DirectoryDump(Level.NONE),
                        writer,
                        new Progress(null, 0, 0),
                        new WorkRoom(directory, Long.MAX_VALUE))) {

            growing.follow(2);

            assertThatThrownBy(() -> Thread.sleep(10_000)).isInstanceOf(InterruptedException.class);
            assertThatThrownBy(growing::throwFailure).isInstanceOfSatisfying(Refused.class, refused -> assertThat(
                            refused.problem().code())
                    .isEqualTo("work-directory-full"));
        }
    }
}
