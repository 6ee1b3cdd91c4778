package io.lockkeeper.job.engine;

import io.lockkeeper.job.JobEvent;
import io.lockkeeper.job.table.EventReads;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// Reads what is new once for all who follow live, and hands it out. It reads only while somebody does.
///
/// Everything here happens on one event loop, so a follower is either ahead of the tail or part of it, never between.
public final class EventTail {
    private static final Logger LOG = Logger.getLogger(EventTail.class);
    private static final int BATCH = 250;
    private static final long POLL_MILLIS = 1_000;
    static final long READ_SECONDS = 15;
    private static final int MOST_CATCH_UP_AT_A_TIME = 4;

    private final Vertx vertx;
    private final Pool store;
    private final Context context;
    private final Set<Follower> ofEverything = new LinkedHashSet<>();
    private final Map<Long, Set<Follower>> ofJob = new HashMap<>();
    private final Queue<Supplier<Future<?>>> behind = new ArrayDeque<>();
    private int catchingUp;
    private long position;
    private int followers;
    private boolean reading;
    private boolean again;
    private long timer;

    EventTail(Vertx vertx, Pool store) {
        this.vertx = vertx;
        this.store = store;
        this.context = vertx.getOrCreateContext();
    }

    /// Somebody who reads along. Called on the tail's event loop; must not block.
    interface Follower {
        /// The job that it follows, or null for all.
        Long job();

        /// In order. May contain events that it has seen already.
        void follow(List<JobEvent> events);
    }

    void start() {
        timer = vertx.setPeriodic(POLL_MILLIS, _ -> look());
    }

    void stop() {
        vertx.cancelTimer(timer);
    }

    /// Everything after `after`, of one job or (null) of all; begins with `resume`.
    public Following following(Long job, long after, Following.Reader reader) {
        return new Following(this, vertx, store, context, job, after, reader);
    }

    /// Reads for somebody who is behind, when it is their turn: a crowd that has to catch up must not take the store's
    /// connections from everybody else.
    ///
    /// Called on the tail's event loop.
    void inTurn(Supplier<Future<?>> read) {
        behind.add(read);
        nextTurns();
    }

    private void nextTurns() {
        while (catchingUp < MOST_CATCH_UP_AT_A_TIME && !behind.isEmpty()) {
            catchingUp++;
            behind.remove()
                    .get()
                    .onComplete(_ -> context.runOnContext(_ -> {
                        catchingUp--;
                        nextTurns();
                    }));
        }
    }

    /// Joins the tail if it has not passed `readThrough` yet; otherwise the follower has to read on by itself and try
    /// again.
    ///
    /// Called on the tail's event loop.
    boolean join(Follower follower, long readThrough) {
        if (followers == 0) {
            position = readThrough;
        }
        boolean inTime = position <= readThrough;
        if (inTime && whereIs(follower).add(follower)) {
            followers++;
        }
        if (inTime) {
            read();
        }
        return inTime;
    }

    void leave(Follower follower) {
        if (whereIs(follower).remove(follower)) {
            followers--;
        }
        if (follower.job() != null && whereIs(follower).isEmpty()) {
            ofJob.remove(follower.job());
        }
    }

    private Set<Follower> whereIs(Follower follower) {
        return follower.job() == null
                ? ofEverything
                : ofJob.computeIfAbsent(follower.job(), _ -> new LinkedHashSet<>());
    }

    /// There may be something new.
    void look() {
        context.runOnContext(_ -> read());
    }

    private void read() {
        if (followers == 0) {
            return;
        }
        if (reading) {
            again = true;
            return;
        }
        reading = true;
        again = false;
        EventReads.after(store, position, BATCH)
                .timeout(READ_SECONDS, TimeUnit.SECONDS)
                .onComplete(read -> context.runOnContext(_ -> {
                    reading = false;
                    if (read.failed()) {
                        LOG.debugf(
                                "events cannot be read just now: %s",
                                read.cause().toString());
                        return;
                    }
                    List<JobEvent> events = read.result();
                    handOut(events);
                    if (again || events.size() == BATCH) {
                        read();
                    }
                }));
    }

    private void handOut(List<JobEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        position = events.getLast().seq();
        List.copyOf(ofEverything).forEach(follower -> handOut(follower, events));
        Map<Long, List<JobEvent>> byJob = new HashMap<>();
        for (JobEvent event : events) {
            if (ofJob.containsKey(event.job())) {
                byJob.computeIfAbsent(event.job(), _ -> new ArrayList<>()).add(event);
            }
        }
        byJob.forEach((job, its) -> List.copyOf(ofJob.get(job)).forEach(follower -> handOut(follower, its)));
    }

    /// One that breaks must not cost the others their events.
    private void handOut(Follower follower, List<JobEvent> events) {
        try {
            follower.follow(events);
        } catch (RuntimeException broken) {
            LOG.warnf(broken, "a follower broke and is left behind");
            leave(follower);
        }
    }
}
