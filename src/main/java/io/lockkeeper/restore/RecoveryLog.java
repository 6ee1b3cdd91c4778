package io.lockkeeper.restore;

import io.lockkeeper.depot.ArtifactReader;
import io.lockkeeper.depot.Depots;
import io.lockkeeper.wal.RecoveryPlan;
import io.lockkeeper.wal.RecoveryPlan.LogFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;

/// The log that a recovery needs, brought from its depot to a directory from where the server takes it.
record RecoveryLog(RecoveryPlan plan, Depots depots) {
    private static final Pattern NAME = Pattern.compile("[0-9A-F]{24}|[0-9A-F]{8}\\.history");

    void fetch(Path directory, LongConsumer written) throws IOException {
        for (LogFile file : plan.log()) {
            if (!NAME.matcher(file.name()).matches()) {
                throw new IllegalStateException("a segment of the log has a name that is none of PostgreSQL's");
            }
            ArtifactReader reader = depots.named(file.depot()).read(file.folder(), file.sha256());
            try (InputStream in = reader.open(file.name())) {
                written.accept(Files.copy(in, directory.resolve(file.name())));
            }
        }
    }
}
