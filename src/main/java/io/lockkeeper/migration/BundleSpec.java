package io.lockkeeper.migration;

import jakarta.validation.constraints.Size;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A bundle as JSON. Larger ones come as archives.
public record BundleSpec(@Size(min = 1, max = 10_000) List<GivenFile> files) {
    /// @param path relative, with / between its parts
    /// @param content SQL as text
    @Schema(name = "MigrationFile")
    public record GivenFile(
            @Schema(examples = "\"V1__orders.sql\"") @Size(min = 1, max = 512)
            String path,

            @Schema(examples = "\"CREATE TABLE orders (id bigint PRIMARY KEY);\"")
            String content) {}

    Bundle bundle() {
        return bundleOf(files);
    }

    static Bundle bundleOf(List<GivenFile> files) {
        long packed = files.stream().mapToLong(file -> file.content().length()).sum();
        BundleDraft draft = new BundleDraft(packed);
        try {
            for (GivenFile file : files) {
                draft.add(file.path(), new ByteArrayInputStream(file.content().getBytes(StandardCharsets.UTF_8)));
            }
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
        return draft.bundle();
    }
}
