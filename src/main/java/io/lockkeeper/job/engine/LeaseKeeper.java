package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.job.Loop;
import io.lockkeeper.job.table.WorkerLease;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/// Keeps this instance's lease alive, learns from the same answer which of its jobs were cancelled, and knows when to
/// give up: if the store did not confirm the lease for most of its length, the runs are stopped before anybody else may
/// take them.
final class LeaseKeeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LeaseKeeper.class);

    private final WorkerConfig config;
    private final Worker worker;
    private final BooleanSupplier ledgerIsAlive;
    private final StoreConnection connection;
    private final Loop loop;
    private final Loop watch;
    private UUID registered;
    private volatile long confirmedAt;
    private volatile boolean held;

    LeaseKeeper(WorkerConfig config, Worker worker, BooleanSupplier ledgerIsAlive, Pool pool) {
        this.config = config;
        this.worker = worker;
        this.ledgerIsAlive = ledgerIsAlive;
        this.connection = new StoreConnection(pool);
        this.loop = new Loop("lease", config.renewEvery(), this::renewOrRegister);
        this.watch = new Loop("lease-watch", config.lease().dividedBy(16), this::giveUpInTime);
    }

    void start() {
        loop.start();
        watch.start();
    }

    /// Some job may have been cancelled.
    void wake() {
        loop.wake();
    }

    private Duration renewOrRegister() throws InterruptedException, TimeoutException {
        try {
            if (worker.id().equals(registered)) {
                renew();
            } else {
                register();
            }
            return null;
        } catch (RuntimeException | TimeoutException failed) {
            connection.discard();
            throw failed;
        }
    }

    private void register() throws InterruptedException, TimeoutException {
        long asked = System.nanoTime();
        UUID id = worker.id();
        await(WorkerLease.register(connection.get(), id, worker.name(), config.lease()), bound());
        registered = id;
        confirmedAt = asked;
        held = true;
        worker.leased();
    }

    private void renew() throws InterruptedException, TimeoutException {
        if (!ledgerIsAlive.getAsBoolean()) {
            lose("nothing was written here for a while; others shall have the jobs");
            return;
        }
        long asked = System.nanoTime();
        Optional<List<Long>> cancelling =
                await(WorkerLease.renew(connection.get(), registered, config.lease()), bound());
        if (cancelling.isEmpty()) {
            lose("the store says that it ran out");
            return;
        }
        confirmedAt = asked;
        worker.stop(cancelling.get(), StopCause.CANCEL);
    }

    private Duration giveUpInTime() {
        long silence = System.nanoTime() - confirmedAt;
        if (held && silence > config.lease().toNanos() * 3 / 4) {
            lose("the store did not confirm it for " + Duration.ofNanos(silence).toMillis() + " ms");
        }
        return null;
    }

    private synchronized void lose(String why) {
        if (held) {
            held = false;
            LOG.warnf("lease lost with %d jobs running: %s", worker.running(), why);
            worker.leaseLost();
            loop.wake();
        }
    }

    private Duration bound() {
        return config.lease().dividedBy(2);
    }

    @Override
    public void close() {
        watch.close();
        loop.close();
        try {
            if (registered != null) {
                await(WorkerLease.retire(connection.get(), registered), Duration.ofSeconds(2));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | TimeoutException storeIsAway) {
            LOG.debugf("the lease is left to run out: %s", storeIsAway.toString());
        }
        connection.close();
    }
}
