package io.lockkeeper.backup;

import com.fasterxml.jackson.annotation.JsonProperty;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How a backup is made smaller on its way to the depot.
public record BackupCompression(
        Algorithm algorithm,

        @Schema(description = "1 (fast) to 19 (small) for zstd, to 9 for gzip; without it 1 and 6")
        @Nullable
        @Min(1)
        @Max(19)
        Integer level) {
    static final BackupCompression USUAL = new BackupCompression(Algorithm.ZSTD, null);

    public enum Algorithm {
        @JsonProperty("zstd")
        ZSTD,
        @JsonProperty("gzip")
        GZIP,
        @JsonProperty("none")
        NONE
    }

    public BackupCompression {
        if (algorithm == Algorithm.GZIP && level != null && level > 9) {
            throw new IllegalArgumentException("the level of gzip must be at most 9, not " + level);
        }
        if (algorithm == Algorithm.NONE && level != null) {
            throw new IllegalArgumentException("no compression has no level");
        }
    }
}
