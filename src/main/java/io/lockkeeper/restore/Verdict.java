package io.lockkeeper.restore;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What a restore test says of a backup. A test that could not run says nothing: its job has failed.
@Schema(name = "RestoreVerdict")
public enum Verdict {
    /// Nothing that was looked at speaks against it. What was looked at stands beside it.
    @JsonProperty("PROVEN")
    PROVEN,
    @JsonProperty("BROKEN")
    BROKEN;

    static Verdict of(Findings findings) {
        return findings.reasons().isEmpty() ? PROVEN : BROKEN;
    }
}
