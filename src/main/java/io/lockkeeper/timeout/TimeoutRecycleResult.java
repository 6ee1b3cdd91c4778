package io.lockkeeper.timeout;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// @param hidden how many sessions there are whose age Lockkeeper's role may not see; they were left alone
public record TimeoutRecycleResult(List<OldSession> ended, List<Left> left, long hidden) {

    /// @param why it was not ended
    @Schema(name = "SessionLeft")
    public record Left(OldSession session, String why) {}
}
