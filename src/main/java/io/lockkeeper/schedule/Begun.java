package io.lockkeeper.schedule;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.Occasion;
import org.jspecify.annotations.Nullable;

/// A run that is to start its job, maybe not for the first time.
///
/// @param obstacle what is known to prevent it
record Begun(
        long run,
        String schedule,
        String kind,
        ObjectNode spec,
        String subject,
        String via,
        @Nullable String requestId,
        @Nullable Problem obstacle) {
    Occasion occasion() {
        return new Occasion(schedule, subject, via, requestId, Occasion.KEYS + run);
    }

    /// Of what comes then.
    Occasion next() {
        return new Occasion(schedule, subject, via, requestId, Occasion.KEYS + run + "/then");
    }
}
