package io.lockkeeper.backup;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Room for a copy of a whole cluster: its tars stay on this machine until they have been checked.
final class ClusterRoom {
    /// For the log that is written meanwhile.
    private static final long AT_LEAST_BESIDES = 64L << 20;

    private ClusterRoom() {}

    static void demand(String target, Path directory, long clusterBytes) throws IOException {
        long wanted = clusterBytes + Math.max(AT_LEAST_BESIDES, clusterBytes / 20);
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free < wanted) {
            throw new Refused(Problem.of(
                    507,
                    "no-space",
                    "No space left",
                    "A physical backup of target " + target + " needs about " + Progress.text(wanted)
                            + " for its working files (the cluster has " + Progress.text(clusterBytes) + "), and "
                            + directory + " has " + Progress.text(free)
                            + " free. Make room there, or set LOCKKEEPER_WORKER_DIRECTORY to a place that has it."));
        }
    }
}
