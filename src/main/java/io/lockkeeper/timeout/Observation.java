package io.lockkeeper.timeout;

import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What a real login got, or why that could not be observed.
///
/// @param through the target that is registered for this role on this server
/// @param because it could not be observed, because of this; absent: it was
/// @param deviations what this login has in another way than computed
@Schema(name = "ObservedTimeouts")
public record Observation(
        String role,
        String database,
        String through,
        @Nullable String because,
        Map<String, Effective> settings,
        List<String> deviations) {

    boolean made() {
        return because == null;
    }
}
