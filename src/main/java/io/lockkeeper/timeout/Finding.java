package io.lockkeeper.timeout;

import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Something in a policy that works and is a mistake all the same, most of the time.
///
/// @param pointer where the request says so
/// @param reason why it is right here, if it was allowed
@Schema(name = "TimeoutFinding")
public record Finding(
        Guard rule,
        String pointer,
        String detail,
        boolean allowed,
        @Nullable String reason) {}
