package io.lockkeeper.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Where a backup is brought to: a directory that nobody else knows.
record Landing(Path directory) {
    private static final String OURS_ALONE = "rwx------";
    private static final int AS_TMP = 01777;

    Path data() {
        return directory.resolve("data");
    }

    Path tablespaces() {
        return directory.resolve("tablespaces");
    }

    Path log() {
        return directory.resolve("log");
    }

    Path locks() {
        return directory.resolve("locks");
    }

    static void directory(Path path) throws IOException {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE)));
    }

    /// A tool that root starts may become another user, whom nobody else can name: it finds a directory as /tmp is.
    void open() throws IOException {
        directory(log());
        if (Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"))) {
            Files.setAttribute(directory, "unix:mode", AS_TMP);
            Files.setAttribute(log(), "unix:mode", AS_TMP);
        }
    }

    void close() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(OURS_ALONE));
        Files.setPosixFilePermissions(log(), PosixFilePermissions.fromString(OURS_ALONE));
    }

    boolean isFilled() {
        return Files.isDirectory(data(), LinkOption.NOFOLLOW_LINKS);
    }
}
