package io.lockkeeper.job.engine;

import static io.lockkeeper.postgres.Await.await;

import io.lockkeeper.job.Loop;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// Tells other instances to look, and hears when they do. It carries no data and may fail: everybody also looks from
/// time to time.
///
/// NOTIFY makes committing transactions queue behind each other, so it is never part of one that does something: it
/// goes out afterwards on its own, and however much happens, at most once in five milliseconds.
final class Bell implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Bell.class);
    private static final String WORK = "lockkeeper_work";
    private static final String CANCEL = "lockkeeper_cancel";
    private static final Duration BETWEEN_RINGS = Duration.ofMillis(5);
    private static final Duration BOUND = Duration.ofSeconds(5);
    private static final Duration CHECK_LISTENER = Duration.ofSeconds(5);

    private final Pool pool;
    private final Runnable lookForWork;
    private final Runnable lookForCancels;
    private final String ownName = UUID.randomUUID().toString();
    private final AtomicBoolean workRung = new AtomicBoolean();
    private final AtomicBoolean cancelRung = new AtomicBoolean();
    private final Loop ringing = new Loop("bell", Duration.ofMinutes(1), this::send);
    private final Loop listening = new Loop("bell-listener", CHECK_LISTENER, this::listen);
    private volatile SqlConnection ear;

    /// @param lookForWork there may be new events, and work in the queue
    /// @param lookForCancels a running job may have been cancelled
    Bell(Pool pool, Runnable lookForWork, Runnable lookForCancels) {
        this.pool = pool;
        this.lookForWork = lookForWork;
        this.lookForCancels = lookForCancels;
    }

    void start() {
        ringing.start();
        listening.start();
    }

    /// Something was committed that others may wait for.
    void work() {
        ring(workRung);
    }

    /// A running job was cancelled: whoever runs it should hear of it now and not at its next renewal.
    void cancel() {
        ring(cancelRung);
    }

    private void ring(AtomicBoolean bell) {
        if (bell.compareAndSet(false, true)) {
            ringing.wake();
        }
    }

    private Duration send() throws InterruptedException, TimeoutException {
        if (cancelRung.getAndSet(false)) {
            send(CANCEL);
        }
        if (workRung.getAndSet(false)) {
            send(WORK);
        }
        Thread.sleep(BETWEEN_RINGS);
        return workRung.get() || cancelRung.get() ? Duration.ZERO : null;
    }

    private void send(String channel) throws InterruptedException, TimeoutException {
        await(pool.preparedQuery("SELECT pg_notify($1, $2)").execute(Tuple.of(channel, ownName)), BOUND);
    }

    private Duration listen() throws InterruptedException, TimeoutException {
        if (ear != null) {
            checkEar();
            return null;
        }
        SqlConnection connection = await(pool.getConnection(), BOUND);
        ear = connection;
        PgConnection.cast(connection).notificationHandler(this::heard);
        connection.closeHandler(_ -> {
            if (ear == connection) {
                LOG.info("the bell's connection was closed; listening again");
                ear = null;
                listening.wake();
            }
        });
        try {
            await(connection.query("LISTEN " + WORK + "; LISTEN " + CANCEL).execute(), BOUND);
        } catch (RuntimeException | TimeoutException failed) {
            ear = null;
            connection.close();
            throw failed;
        }
        lookForWork.run(); // for what rang while nobody listened
        lookForCancels.run();
        return null;
    }

    /// A line that is dead but not closed hears nothing for ever.
    private void checkEar() throws InterruptedException {
        SqlConnection listening = ear;
        try {
            await(listening.query("SELECT 1").execute(), BOUND);
        } catch (RuntimeException | TimeoutException deaf) {
            LOG.infof("the bell's connection does not answer; listening again: %s", deaf.toString());
            ear = null;
            listening.close();
        }
    }

    private void heard(PgNotification notification) {
        if (!ownName.equals(notification.getPayload())) {
            (notification.getChannel().equals(CANCEL) ? lookForCancels : lookForWork).run();
        }
    }

    @Override
    public void close() {
        listening.close();
        ringing.close();
        if (ear != null) {
            ear.query("UNLISTEN *").execute().onComplete(_ -> ear.close());
        }
    }
}
