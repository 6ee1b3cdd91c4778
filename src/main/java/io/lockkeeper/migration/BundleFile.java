package io.lockkeeper.migration;

/// One file as it was uploaded, byte by byte; its path is relative, with `/` between its parts.
record BundleFile(String path, byte[] content) {}
