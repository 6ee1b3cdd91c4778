package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.job.Loop;
import io.lockkeeper.job.table.QueueState;
import io.lockkeeper.job.table.QueueState.Count;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// The state of the queue as gauges, asked of the store every few seconds: every instance shows the whole queue.
final class QueueGauges implements AutoCloseable {
    private static final Duration PACE = Duration.ofSeconds(5);

    private final Pool store;
    private final MultiGauge jobs;
    private final MultiGauge oldest;
    private final Loop loop = new Loop("queue-gauges", PACE, this::read);

    QueueGauges(Pool store, MeterRegistry registry) {
        this.store = store;
        this.jobs = MultiGauge.builder("lockkeeper.jobs")
                .description("Unfinished jobs")
                .register(registry);
        this.oldest = MultiGauge.builder("lockkeeper.queue.oldest")
                .description("Age of the oldest job that waits for a worker")
                .baseUnit("seconds")
                .register(registry);
    }

    void start() {
        loop.start();
    }

    private Duration read() throws InterruptedException, TimeoutException {
        List<Count> counts = await(QueueState.read(store), PACE);
        jobs.register(counts.stream().map(QueueGauges::count).toList(), true);
        oldest.register(
                counts.stream()
                        .filter(count -> count.state().equals("QUEUED"))
                        .map(QueueGauges::age)
                        .toList(),
                true);
        return null;
    }

    private static Row<?> count(Count count) {
        return Row.of(Tags.of("kind", count.kind(), "state", count.state()), count.jobs());
    }

    private static Row<?> age(Count count) {
        return Row.of(Tags.of("kind", count.kind()), count.oldestSeconds());
    }

    @Override
    public void close() {
        loop.close();
    }
}
