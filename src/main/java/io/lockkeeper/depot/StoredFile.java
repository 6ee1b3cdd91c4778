package io.lockkeeper.depot;

/// A file of an artifact: what it is called, what it is stored as, and how to know it again. The digest is
/// that of the stored bytes.
public record StoredFile(String name, String stored, long bytes, long storedBytes, String sha256) {
    public StoredFile {
        Names.file(name);
        Names.file(stored);
        Names.sha256(sha256);
        if (bytes < 0 || storedBytes < 0) {
            throw new IllegalArgumentException("the file " + name + " has a size below zero");
        }
    }
}
