package io.lockkeeper.wal;

import io.lockkeeper.depot.ArtifactWriter;
import io.lockkeeper.depot.Compression;
import io.lockkeeper.depot.Depot;
import io.lockkeeper.depot.Packing;
import io.lockkeeper.depot.Sealed;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// Brings whole segments into a depot, and a row about each into the store. When it returns, the segment is safe.
final class Shelving {
    private static final Packing PACKING = new Packing(Compression.zstd(3), null, null);

    private final String target;
    private final String cluster;
    private final long segmentBytes;
    private final Depot depot;
    private final WalSegmentStore segments;

    Shelving(WalArchive archive, LogState state, Depot depot, WalSegmentStore segments) {
        this.target = archive.target();
        this.cluster = state.systemIdentifier();
        this.segmentBytes = state.segmentBytes();
        this.depot = depot;
        this.segments = segments;
    }

    /// @return how many bytes it takes in the depot; none: it was there already, the same
    long shelve(Path file, @Nullable Instant coversUntil) throws IOException, InterruptedException {
        String name = file.getFileName().toString();
        byte[] content = Files.readAllBytes(file);
        String sha256 = sha256(content);
        Optional<StoredSegment> before = segments.find(target, cluster, name);
        if (before.isPresent()) {
            demandTheSame(before.get(), sha256);
            return 0;
        }
        StoredSegment stored = store(name, content, sha256, coversUntil);
        if (!segments.add(stored)) { // somebody else was quicker
            demandTheSame(segments.find(target, cluster, name).orElseThrow(), sha256);
        }
        return stored.bytes();
    }

    private StoredSegment store(String name, byte[] content, String sha256, @Nullable Instant coversUntil)
            throws IOException {
        String folder = folder(name);
        try (ArtifactWriter writer = depot.write(folder, PACKING)) {
            try (OutputStream out = writer.file(name)) {
                out.write(content);
            }
            Sealed sealed = writer.complete(about(name, sha256));
            Long number = WalSegment.isName(name)
                    ? WalSegment.named(name, segmentBytes).number()
                    : null;
            return new StoredSegment(
                    target,
                    cluster,
                    name,
                    Integer.parseUnsignedInt(name.substring(0, 8), 16),
                    number,
                    segmentBytes,
                    depot.name(),
                    folder,
                    sealed.manifestSha256(),
                    sha256,
                    sealed.storedBytes(),
                    sealed.key(),
                    coversUntil);
        }
    }

    /// What lies there without a row was left by somebody who died: it is not ours to trust or to remove.
    private String folder(String name) {
        String folder = folders(target) + cluster + "/" + name;
        depot.sweep(folder);
        return depot.exists(folder)
                ? folder + "-" + Integer.toHexString(ThreadLocalRandom.current().nextInt(0x100000, 0x1000000))
                : folder;
    }

    /// How the folders of a target's log begin.
    static String folders(String target) {
        return target + "-wal/";
    }

    private Map<String, Object> about(String name, String sha256) {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("target", target);
        about.put("systemIdentifier", cluster);
        about.put("segment", name);
        about.put("contentSha256", sha256);
        return about;
    }

    private void demandTheSame(StoredSegment before, String sha256) {
        if (!before.contentSha256().equals(sha256)) {
            throw new PermanentFailure(Problem.conflict(
                    "wal-segment-differs",
                    "The segment " + before.name() + " of target " + target
                            + " was archived before with another content"
                            + " (in depot " + before.depot() + ", folder " + before.folder()
                            + "): two servers write the"
                            + " same log, for example a former primary that goes on. Neither was overwritten."));
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException everyJvmHasIt) {
            throw new IllegalStateException(everyJvmHasIt);
        }
    }
}
