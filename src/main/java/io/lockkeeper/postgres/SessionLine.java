package io.lockkeeper.postgres;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.impl.NoStackTraceThrowable;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.pgclient.impl.PgConnectionFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/// The line behind a session: its connection, and what it takes to cancel, to bury and to say why it died.
final class SessionLine {
    /// How long a cancel request, a polite goodbye and the end of a cancelled statement may take.
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// A target's own text does not belong into our log.
    static final Consumer<String> NOBODY = remark -> {};

    private final Route route;
    private final PgConnectionFactory factory; // this line's own, so that closing it closes the socket for certain
    private final PgConnection connection;
    private volatile Future<?> asked = Future.succeededFuture();
    private volatile boolean open = true;
    private volatile Consumer<String> listener = NOBODY;
    private volatile String lastWords = "the server or the network closed the connection.";

    SessionLine(Route route, PgConnectionFactory factory, PgConnection connection) {
        this.route = route;
        this.factory = factory;
        this.connection = connection;
        connection.noticeHandler(notice -> listener.accept(notice.getSeverity() + ": " + notice.getMessage()));
        connection.exceptionHandler(this::noteLastWords);
        connection.closeHandler(gone -> open = false);
    }

    Route route() {
        return route;
    }

    PgConnection connection() {
        return connection;
    }

    boolean isOpen() {
        return open;
    }

    void listen(Consumer<String> listener) {
        this.listener = listener;
    }

    <T> T await(Future<T> answer, Duration bound) throws InterruptedException {
        asked = answer;
        try {
            return Await.await(answer, bound);
        } catch (TimeoutException late) {
            return overdue(answer, bound);
        } catch (RuntimeException failure) {
            throw told(failure);
        }
    }

    /// If the statement ends well in spite of everything, then its answer is the truth.
    private <T> T overdue(Future<T> answer, Duration bound) throws InterruptedException {
        cancel();
        try {
            return Await.await(answer, GRACE);
        } catch (TimeoutException deaf) {
            lastWords = "the server did not answer in time.";
            hangUp();
            throw new CallTimedOut(bound);
        } catch (RuntimeException cancelled) {
            PgFailure told = told(cancelled);
            throw told.isCancelled() ? new CallTimedOut(bound) : told;
        }
    }

    private PgFailure told(RuntimeException failure) {
        Throwable cause =
                failure instanceof IllegalStateException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof PgException said) {
            return PgFailure.of(said);
        }
        if (cause instanceof NoStackTraceThrowable refusal
                && open
                && !refusal.getMessage().startsWith("Connection")) {
            throw new IllegalArgumentException(refusal.getMessage(), cause); // values that do not fit the statement
        }
        return new SessionLost(lastWords, cause);
    }

    private void noteLastWords(Throwable cause) {
        if (cause instanceof PgException said) {
            lastWords = "the server ended it (" + said.getSqlState() + ": " + said.getErrorMessage() + ").";
        }
    }

    boolean cancel() {
        try {
            route.cancel(connection.processId(), connection.secretKey(), GRACE);
            return true;
        } catch (IOException unreachable) {
            return false;
        }
    }

    void close() {
        if (open && !asked.isComplete()) {
            cancel();
        }
        try {
            if (open) {
                Await.await(connection.close(), GRACE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | RuntimeException ignored) {
            // Whoever does not take a goodbye is left without one.
        } finally {
            hangUp();
        }
    }

    private void hangUp() {
        open = false;
        factory.close(Promise.promise());
    }
}
