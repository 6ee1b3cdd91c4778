package io.lockkeeper.migration;

/// @param sha256 of its content
public record BundleFileView(String path, long bytes, String sha256) {}
