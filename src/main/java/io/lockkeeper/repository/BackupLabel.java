package io.lockkeeper.repository;

import io.lockkeeper.postgres.Lsn;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a copied data directory says about the log that it needs: the first segment.
record BackupLabel(String firstSegment) {
    private static final int LARGEST = 64 << 10;
    private static final Pattern START =
            Pattern.compile("START WAL LOCATION: [0-9A-F]{1,8}/[0-9A-F]{1,8} \\(file ([0-9A-F]{24})\\)");

    static Optional<BackupLabel> in(Path data) throws IOException {
        Path file = data.resolve("backup_label");
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) || Files.size(file) > LARGEST) {
            return Optional.empty();
        }
        Matcher start = START.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        return start.find() ? Optional.of(new BackupLabel(start.group(1))) : Optional.empty();
    }

    WalSegment first(long size) {
        return WalSegment.named(firstSegment, size);
    }

    /// The one that holds the last byte before `end`.
    WalSegment last(Lsn end, long size) {
        return WalSegment.holding(first(size).timeline(), new Lsn(end.position() - 1), size);
    }

    /// None on a cluster's first timeline.
    Optional<String> history() {
        String timeline = firstSegment.substring(0, 8);
        return timeline.equals("00000001") ? Optional.empty() : Optional.of(timeline + ".history");
    }
}
