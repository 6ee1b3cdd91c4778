package io.lockkeeper.migration.format;

/// A file of a bundle.
///
/// @param path relative, with `/` between its parts
public record SourceFile(String path, byte[] content) {
    public String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /// Empty for the bundle's root, else with a `/` at its end.
    public String folder() {
        return path.substring(0, path.lastIndexOf('/') + 1);
    }
}
