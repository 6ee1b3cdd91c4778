package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.job.Loop;
import io.lockkeeper.job.table.QueueUpkeep;
import io.lockkeeper.job.table.QueueUpkeep.Promotion;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/// What keeps the queue going although nobody asks for it. Every instance does it; it is safe to do twice.
final class Upkeep implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Upkeep.class);
    private static final Duration BOUND = Duration.ofSeconds(20);
    private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);

    private final WorkerConfig config;
    private final StoreConnection connection;
    private final Runnable lookForWork;
    private final Runnable bell;
    private final EngineMetrics metrics;
    private final Loop queue;
    private final Loop housekeeping;

    Upkeep(WorkerConfig config, Pool pool, Runnable lookForWork, Runnable bell, EngineMetrics metrics) {
        this.config = config;
        this.connection = new StoreConnection(pool);
        this.lookForWork = lookForWork;
        this.bell = bell;
        this.metrics = metrics;
        this.queue = new Loop("upkeep", config.pollEvery(), () -> orReconnect(this::keepQueue));
        this.housekeeping = new Loop("housekeeping", HOUSEKEEPING, () -> orReconnect(this::prune));
    }

    void start() {
        queue.start();
        housekeeping.start();
    }

    /// Something was scheduled, maybe earlier than anything before.
    void wake() {
        queue.wake();
    }

    private Duration orReconnect(Loop.Body body) throws Exception {
        try {
            return body.once();
        } catch (RuntimeException | TimeoutException failed) {
            connection.discard();
            throw failed;
        }
    }

    private synchronized Duration keepQueue() throws InterruptedException, TimeoutException {
        int rescued = await(QueueUpkeep.rescueLostJobs(connection.get()), BOUND);
        int late = await(QueueUpkeep.failJobsPastDeadline(connection.get()), BOUND);
        Promotion promotion = await(QueueUpkeep.queueDueJobs(connection.get()), BOUND);
        if (rescued > 0) {
            LOG.warnf("%d jobs were rescued from dead workers", rescued);
            metrics.rescued(rescued);
        }
        if (rescued + late + promotion.queued() > 0) {
            bell.run();
        }
        lookForWork.run();
        Duration next = promotion.next();
        return next != null && next.compareTo(config.pollEvery()) < 0 ? next : null;
    }

    private synchronized Duration prune() throws InterruptedException, TimeoutException {
        await(QueueUpkeep.forgetDeadWorkers(connection.get()), BOUND);
        await(QueueUpkeep.pruneIdempotencyKeys(connection.get(), config.keepHistory()), BOUND);
        int pruned = await(QueueUpkeep.pruneHistory(connection.get(), config.keepHistory()), BOUND);
        return pruned > 0 ? Duration.ofMillis(100) : null;
    }

    @Override
    public void close() {
        queue.close();
        housekeeping.close();
        connection.close();
    }
}
