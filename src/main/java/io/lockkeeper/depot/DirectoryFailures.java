package io.lockkeeper.depot;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// What the file system says, as failures of a depot. Java has no exceptions for most of it, only texts.
record DirectoryFailures(String depot, Path root) {
    private static final long NOTHING = 64 * 1024;

    @FunctionalInterface
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T guard(String what, Work<T> work) {
        try {
            return work.run();
        } catch (IOException e) {
            throw of(what, e);
        }
    }

    DepotFailure taken(String folder) {
        return new DepotFailure.Taken(depot, folder, "an artifact");
    }

    DepotFailure missing(String folder, String file) {
        return new DepotFailure.Missing(depot, folder, file);
    }

    DepotFailure of(String what, IOException e) {
        String reason = e instanceof FileSystemException said
                ? Optional.ofNullable(said.getReason()).orElse("")
                : Optional.ofNullable(e.getMessage()).orElse("");
        if (says(reason, "No space left", "quota exceeded") || isFull()) {
            return new DepotFailure.Full(depot, "there is no room left to " + what + ".", e);
        }
        if (e instanceof AccessDeniedException
                || says(reason, "Permission denied", "Read-only file system", "Operation not permitted")) {
            return new DepotFailure.Denied(depot, "it is not allowed to " + what + ".", e);
        }
        return new DepotFailure.Unavailable(depot, "it was not possible to " + what + ".", e);
    }

    private static boolean says(String reason, String... texts) {
        return Stream.of(texts).anyMatch(reason::contains);
    }

    /// The texts may be in another language.
    private boolean isFull() {
        try {
            return Files.getFileStore(root).getUsableSpace() < NOTHING;
        } catch (IOException away) {
            return false;
        }
    }
}
