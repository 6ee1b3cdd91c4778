package io.lockkeeper.migration;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param sha256 its name: over the paths and contents of its files
/// @param bytes of its files
public record BundleView(String sha256, int files, long bytes, Instant createdAt, String createdBy, Links links) {
    @Schema(name = "BundleLinks")
    public record Links(String self, String files) {}

    static BundleView of(String sha256, int files, long bytes, Instant createdAt, String createdBy) {
        String self = BundleResource.PATH + "/" + sha256;
        return new BundleView(sha256, files, bytes, createdAt, createdBy, new Links(self, self + "/files"));
    }
}
