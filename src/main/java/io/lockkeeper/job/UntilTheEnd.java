package io.lockkeeper.job;

import io.lockkeeper.job.engine.Following;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Waits for the last event of a job.
record UntilTheEnd(CompletableFuture<Void> ended) implements Following.Reader {
    @Override
    public int take(List<JobEvent> events) {
        if (events.getLast().last()) {
            ended.complete(null);
        }
        return events.size();
    }

    @Override
    public void failed(Throwable cause) {
        ended.completeExceptionally(cause);
    }
}
