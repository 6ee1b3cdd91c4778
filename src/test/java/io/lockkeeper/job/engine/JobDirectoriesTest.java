package io.lockkeeper.job.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobDirectoriesTest {
    @TempDir
    Path root;

    @Test
    void givesAJobADirectoryThatNobodyElseMayEnter() throws Exception {
        Path directory = new JobDirectories(root).make(17, 2);

        assertThat(directory).isDirectory().hasFileName("17-2");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwx------");
    }

    @Test
    void removesWhatAJobLeftInItsDirectory() throws Exception {
        var directories = new JobDirectories(root);
        Path directory = directories.make(17, 1);
        Files.createDirectories(directory.resolve("dump/deep"));
        Files.writeString(directory.resolve("dump/deep/file"), "rows");

        directories.remove(directory);

        assertThat(directory).doesNotExist();
    }

    @Test
    void sweepsWhatADeadInstanceLeftAndNothingOfALivingOne() throws Exception {
        Path orphan = Files.createDirectories(root.resolve("dead/9-1"));
        Files.writeString(orphan.resolve("3456.dat"), "rows");
        var living = new JobDirectories(root);
        Path inUse = living.make(17, 1);

        Path another = new JobDirectories(root).make(18, 1);

        assertThat(orphan.getParent()).doesNotExist();
        assertThat(inUse).isDirectory();
        assertThat(another).isDirectory();
    }

    @Test
    void leavesNothingWhenItsInstanceStops() throws Exception {
        var directories = new JobDirectories(root);
        Files.writeString(directories.make(17, 1).resolve("file"), "x");

        directories.close();

        assertThat(directoriesIn(root)).isZero();
    }

    private static long directoriesIn(Path root) throws IOException {
        try (var entries = Files.list(root)) {
            return entries.filter(Files::isDirectory).count();
        }
    }
}
