package io.lockkeeper.wal;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

public record WalPruneSpec(
        @Schema(description = "plan tells what apply would delete and why, and deletes nothing", defaultValue = "plan")
        @Nullable
        Mode mode) {

    @Schema(name = "WalPruneMode")
    public enum Mode {
        @JsonProperty("plan")
        PLAN,
        @JsonProperty("apply")
        APPLY
    }

    public WalPruneSpec {
        mode = mode == null ? Mode.PLAN : mode;
    }

    boolean applies() {
        return mode == Mode.APPLY;
    }
}
