package io.lockkeeper.timeout;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A starting point for the rules of one sort of role.
///
/// @param fits what it is for
/// @param reasoning why it is as it is
public record TimeoutPreset(String name, String fits, String reasoning, List<Value> settings) {

    /// @param since the first major version that has the setting
    @Schema(name = "TimeoutPresetValue")
    public record Value(String name, String value, int since, String why) {}
}
