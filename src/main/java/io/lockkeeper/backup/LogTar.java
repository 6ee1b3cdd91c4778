package io.lockkeeper.backup;

import io.lockkeeper.postgres.WalSegment;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// The log that was written while a physical backup was made, without which it is worth nothing.
final class LogTar {
    private LogTar() {}

    /// The first segment that the manifest asks for and that is not there, whole.
    static Optional<String> missing(Path tar, BackupManifest manifest, long segmentSize) throws IOException {
        return missing(segments(tar, segmentSize), manifest, segmentSize);
    }

    static Optional<String> missing(Set<String> there, BackupManifest manifest, long segmentSize) {
        for (BackupManifest.WalRange range : manifest.wal()) {
            WalSegment last = WalSegment.holding(range.timeline(), range.end(), segmentSize);
            WalSegment each = WalSegment.holding(range.timeline(), range.start(), segmentSize);
            boolean endsBeforeIt = range.end().equals(last.start());
            for (; each.number() < last.number() + (endsBeforeIt ? 0 : 1); each = each.next()) {
                if (!there.contains(each.name())) {
                    return Optional.of(each.name());
                }
            }
        }
        return Optional.empty();
    }

    private static Set<String> segments(Path tar, long segmentSize) throws IOException {
        Set<String> there = new HashSet<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(tar));
                TarArchiveInputStream entries = new TarArchiveInputStream(in, "UTF-8")) {
            for (TarArchiveEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (entry.isCheckSumOK() && entry.getSize() == segmentSize) {
                    there.add(entry.getName());
                }
            }
        }
        return there;
    }
}
