package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/// Reads one artifact. Nothing of it is believed: the manifest must have the digest that was kept elsewhere,
/// and each file must be what the manifest says. For any number of threads; each stream for one.
public final class ArtifactReader {
    private static final int LARGEST_MANIFEST = 64 * 1024 * 1024;
    private static final int BUFFER = 256 * 1024;

    private final String depot;
    private final String folder;
    private final Shelf shelf;
    private final Keys keys;
    private final Manifest manifest;

    ArtifactReader(String depot, String folder, Shelf shelf, Keys keys, String manifestSha256) {
        this.depot = depot;
        this.folder = folder;
        this.shelf = shelf;
        this.keys = keys;
        this.manifest = readManifest(manifestSha256);
    }

    public Manifest manifest() {
        return manifest;
    }

    /// The content of a file. What is read may be used before its digest is known: only who reads to the end
    /// has read the right thing. The last read throws [DepotFailure.Damaged] if it was not.
    public InputStream open(String name) {
        StoredFile file =
                manifest.file(name).orElseThrow(() -> new IllegalArgumentException("the artifact has no file " + name));
        String identity = manifest.key() == null ? null : keys.identity(manifest.key(), manifest.recipient());
        return FileReader.open(stored(file), file, manifest.packed(), identity);
    }

    /// Looks whether each file is there with its size, without reading any.
    public void check() {
        Map<String, Long> sizes = shelf.sizes(folder);
        for (StoredFile file : manifest.files()) {
            Long size = sizes.get(file.stored());
            if (size == null) {
                throw new DepotFailure.Missing(depot, folder, file.stored());
            }
            if (size != file.storedBytes()) {
                throw damaged(file.stored(), "has " + size + " bytes instead of " + file.storedBytes());
            }
        }
    }

    /// Reads everything as it is stored and compares the digests. Needs no key.
    public void verify() {
        check();
        byte[] buffer = new byte[BUFFER];
        for (StoredFile file : manifest.files()) {
            try (InputStream in = stored(file)) {
                while (in.read(buffer) >= 0) {
                    // to the end, where the digest is compared
                }
            } catch (IOException e) {
                throw damaged(file.stored(), "cannot be read");
            }
        }
    }

    private VerifiedInput stored(StoredFile file) {
        return new VerifiedInput(
                shelf.open(folder, file.stored()),
                file,
                (how, cause) -> new DepotFailure.Damaged(depot, folder, file.stored(), how, cause));
    }

    private Manifest readManifest(String expected) {
        Names.sha256(expected);
        try (InputStream in = shelf.open(folder, Names.MANIFEST)) {
            byte[] bytes = in.readNBytes(LARGEST_MANIFEST);
            if (!Manifest.sha256(bytes).equals(expected)) {
                throw damaged(Names.MANIFEST, "is not the one that was written");
            }
            return Manifest.parse(bytes);
        } catch (IOException unknown) {
            throw new DepotFailure.Damaged(
                    depot, folder, Names.MANIFEST, "is not a manifest that this Lockkeeper understands", unknown);
        }
    }

    private DepotFailure damaged(String file, String how) {
        return new DepotFailure.Damaged(depot, folder, file, how, null);
    }
}
