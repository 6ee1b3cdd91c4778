package io.lockkeeper.depot;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A place where artifacts lie, one folder each. Folders are `<part>/<part>`, of letters, digits, `.`, `_`
/// and `-`. What fails is a [DepotFailure]. For any number of threads.
public final class Depot {
    private final String name;
    private final Shelf shelf;
    private final Keys keys;
    private final @Nullable String key;
    private final Optional<Throttle> throttle;

    Depot(String name, Shelf shelf, Keys keys, @Nullable String key, Optional<Long> bytesPerSecond) {
        this.name = name;
        this.shelf = shelf;
        this.keys = keys;
        this.key = key;
        this.throttle = bytesPerSecond.map(Throttle::new);
    }

    public String name() {
        return name;
    }

    /// The id of the key that seals what is brought here, unless a packing names another one.
    public @Nullable String key() {
        return key;
    }

    /// Begins an artifact. Refuses a key that is not configured; fails if there is an artifact in this
    /// folder.
    public ArtifactWriter write(String folder, Packing packing) {
        String sealedWith = packing.key() == null ? key : packing.key();
        Key sealing = sealedWith == null ? null : keys.forSealing(sealedWith);
        List<Throttle> throttles = Stream.concat(
                        throttle.stream(), Optional.ofNullable(packing.bytesPerSecond()).map(Throttle::new).stream())
                .toList();
        return new ArtifactWriter(folder, shelf.draft(Names.folder(folder)), packing.compression(), sealing, throttles);
    }

    /// Opens an artifact whose manifest has this digest. Reads the manifest, and nothing else yet.
    public ArtifactReader read(String folder, String manifestSha256) {
        return new ArtifactReader(name, Names.folder(folder), shelf, keys, manifestSha256);
    }

    /// Whether there is a whole artifact, without a look at what is in it.
    public boolean exists(String folder) {
        return shelf.isWhole(Names.folder(folder));
    }

    /// Removes an artifact, and whatever else lies in its folder. Twice is harmless; after a failure, do it
    /// again.
    public void delete(String folder) {
        shelf.delete(Names.folder(folder));
    }

    /// Removes what a writer left in this folder that did not come to its end, never a whole artifact. Twice
    /// is harmless. Nobody may be writing there any more. Returns whether there was anything.
    public boolean sweep(String folder) {
        return shelf.sweep(Names.folder(folder));
    }

    /// Whether it is there and lets us in: a cheap look before long work.
    public void look() {
        shelf.look();
    }

    /// How much more can be stored, where that is known: of a directory.
    public OptionalLong freeBytes() {
        return shelf.freeBytes();
    }

    /// Whether a look at it costs nothing.
    boolean isLocal() {
        return shelf instanceof DirectoryShelf;
    }

    void close() {
        shelf.close();
    }

    @Override
    public String toString() {
        return "depot " + name;
    }
}
