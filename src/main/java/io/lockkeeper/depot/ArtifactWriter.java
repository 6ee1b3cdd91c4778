package io.lockkeeper.depot;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Brings one artifact into a depot. Several files may be open at once, each used by one thread. Nothing is
/// taken for an artifact before [#complete] has returned; a writer that is closed without it takes everything
/// back. If that fails too, or the process dies, [Depot#sweep] finds what is left.
public final class ArtifactWriter implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ArtifactWriter.class);
    private static final Duration LONGEST_CLEANUP = Duration.ofMinutes(1);

    private final String folder;
    private final Draft draft;
    private final Compression compression;
    private final @Nullable Key key;
    private final List<Throttle> throttles;
    private final Map<String, FileWriter> files = new ConcurrentSkipListMap<>();
    private final LongAdder storedBytes = new LongAdder();
    private volatile boolean ended;

    ArtifactWriter(String folder, Draft draft, Compression compression, @Nullable Key key, List<Throttle> throttles) {
        this.folder = folder;
        this.draft = draft;
        this.compression = compression;
        this.key = key;
        this.throttles = throttles;
    }

    /// A new file; it belongs to the artifact once its stream is closed. Flushing does nothing.
    public OutputStream file(String name) {
        Names.file(name);
        demandNotEnded();
        FileWriter file = new FileWriter(name, name + compression.suffix() + (key == null ? "" : Age.SUFFIX));
        if (files.putIfAbsent(name, file) != null) {
            throw new IllegalArgumentException("the artifact has a file " + name + " already");
        }
        StoredBytes tail = new StoredBytes(draft.create(file.stored()), throttles, storedBytes);
        try {
            file.begin(compression, key == null ? null : key.recipient(), tail);
        } catch (IOException e) {
            throw new IllegalStateException("The file " + name + " cannot be begun.", e);
        }
        return file;
    }

    /// What has gone to the depot so far. From any thread.
    public long storedBytes() {
        return storedBytes.sum();
    }

    /// What has been written to all files so far. From any thread.
    public long bytes() {
        return files.values().stream().mapToLong(FileWriter::bytes).sum();
    }

    /// The manifest, and with it the artifact. All files must be closed. What is told about it becomes part
    /// of the manifest, which is not sealed.
    public Sealed complete(Map<String, ?> about) {
        demandNotEnded();
        List<StoredFile> stored =
                files.values().stream().map(FileWriter::finished).toList();
        byte[] manifest = Manifest.of(compression, key, stored, new LinkedHashMap<>(about))
                .bytes();
        draft.publish(manifest);
        ended = true;
        return new Sealed(
                Manifest.sha256(manifest),
                stored.size(),
                bytes(),
                storedBytes() + manifest.length,
                key == null ? null : key.id(),
                key == null ? null : key.recipient());
    }

    private void demandNotEnded() {
        if (ended) {
            throw new IllegalStateException("The artifact " + folder + " was completed or closed before.");
        }
    }

    /// Does not throw: whoever closes an artifact that is not complete has a failure of his own to tell.
    @Override
    public void close() {
        if (ended) {
            return;
        }
        ended = true;
        files.values().forEach(FileWriter::giveUp);
        takeBack();
        files.values().forEach(FileWriter::release);
    }

    /// On a thread of its own, for ours may have been interrupted, which ends all waiting for a server.
    private void takeBack() {
        Thread cleaner = Thread.ofVirtual().name("take-back-" + folder).start(() -> {
            try {
                draft.discard();
            } catch (RuntimeException e) {
                LOG.warnf("What was written to %s could not be taken back: %s", folder, e.getMessage());
            }
        });
        boolean interrupted = Thread.interrupted();
        try {
            if (!cleaner.join(LONGEST_CLEANUP)) {
                LOG.warnf("Taking back what was written to %s takes long; it goes on.", folder);
            }
        } catch (InterruptedException hurry) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
