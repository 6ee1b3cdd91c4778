package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Takes from a copied data directory the links that lead out of it. On the machine of the original they lead
/// to its own files, which nobody may read for the copy's, let alone write.
final class OwnLinks {
    /// With what a cluster holds in it; the log was brought to another place.
    private static final Pattern DATA =
            Pattern.compile("PG_VERSION|base|global|backup_label|pg_(?!wal$|log$|hba\\.conf$|ident\\.conf$).*");

    private OwnLinks() {}

    /// @param beside may be linked to from `pg_tblspc`
    static void only(Path data, Path beside) throws IOException {
        Files.deleteIfExists(data.resolve("tablespace_map")); // by which the server would make such links again
        Path tablespaces = data.resolve("pg_tblspc");
        for (Path link : links(data)) {
            if (tablespaces.equals(link.getParent())) {
                if (!Files.readSymbolicLink(link).normalize().startsWith(beside)) {
                    throw outward(data, link);
                }
            } else if (data.equals(link.getParent())
                    && !DATA.matcher(link.getFileName().toString()).matches()) {
                Files.delete(link);
            } else {
                throw outward(data, link);
            }
        }
        Files.createDirectories(data.resolve("pg_wal").resolve("archive_status"));
    }

    private static List<Path> links(Path data) throws IOException {
        try (Stream<Path> all = Files.walk(data)) {
            return all.filter(Files::isSymbolicLink).toList();
        }
    }

    private static PermanentFailure outward(Path data, Path link) {
        return new PermanentFailure(Problem.unprocessable(
                "sandbox-lacks-something",
                "What was backed up as " + data.relativize(link) + " came as a link that leads out of the copy, where"
                        + " nothing is touched. Nothing is known about the backup."));
    }
}
