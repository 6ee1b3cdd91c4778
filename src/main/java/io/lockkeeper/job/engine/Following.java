package io.lockkeeper.job.engine;

import io.lockkeeper.job.JobEvent;
import io.lockkeeper.job.table.EventReads;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// One reader of events: it reads from the store until it has caught up with the tail, then follows live. When its
/// reader is full it leaves the tail and later catches up from the store again, so a slow reader costs no memory.
///
/// Everything happens on the tail's event loop.
public final class Following implements EventTail.Follower {
    private static final int FEWEST_A_PAGE = 4;
    private static final int MOST_A_PAGE = 500;
    /// Events may be large, many may read at the same time, and a slow reader takes little of a page.
    private static final int BYTES_A_PAGE = 64 * 1024;

    private static final long AGAIN_MILLIS = 1_000;

    private final EventTail tail;
    private final Vertx vertx;
    private final Pool store;
    private final Context context;
    private final Long job;
    private final Reader reader;
    private int page = 16;
    private long sent;
    private boolean catchingUp;
    private boolean closed;

    public interface Reader {
        /// Takes events from the first on, and returns how many. If these are not all it is full, and calls `resume`
        /// when it is ready for the rest.
        int take(List<JobEvent> events);
    }

    Following(EventTail tail, Vertx vertx, Pool store, Context context, Long job, long after, Reader reader) {
        this.tail = tail;
        this.vertx = vertx;
        this.store = store;
        this.context = context;
        this.job = job;
        this.sent = after;
        this.reader = reader;
    }

    @Override
    public Long job() {
        return job;
    }

    /// Goes on from where the reader is. From any thread.
    public void resume() {
        context.runOnContext(_ -> catchUp());
    }

    public void close() {
        context.runOnContext(_ -> {
            closed = true;
            tail.leave(this);
        });
    }

    private void catchUp() {
        if (!catchingUp && !closed) {
            catchingUp = true;
            tail.inTurn(() -> closed ? Future.succeededFuture() : readOn(page));
        }
    }

    private Future<Caught> readOn(int asked) {
        return EventReads.position(store)
                .compose(position ->
                        read(asked).map(events -> new Caught(position.newest(), events, events.size() == asked)))
                .timeout(EventTail.READ_SECONDS, TimeUnit.SECONDS)
                .onComplete(read -> context.runOnContext(_ -> {
                    catchingUp = false;
                    if (read.failed()) {
                        vertx.setTimer(AGAIN_MILLIS, _ -> resume());
                    } else {
                        caught(read.result());
                    }
                }));
    }

    /// @param newest all events up to here were committed before the page was read
    /// @param more whether there may be another page
    private record Caught(long newest, List<JobEvent> events, boolean more) {
        /// How many events such as these make a good page.
        int goodPage() {
            long bytes =
                    events.stream().mapToLong(event -> event.frame().length()).sum();
            return Math.clamp((long) BYTES_A_PAGE * events.size() / Math.max(1, bytes), FEWEST_A_PAGE, MOST_A_PAGE);
        }
    }

    private Future<List<JobEvent>> read(int most) {
        return job == null ? EventReads.after(store, sent, most) : EventReads.ofJobAfter(store, job, sent, null, most);
    }

    private void caught(Caught caught) {
        if (!caught.events().isEmpty()) {
            page = caught.goodPage();
        }
        if (closed || !pass(caught.events())) {
            return;
        }
        if (caught.more()) {
            catchUp();
            return;
        }
        sent = Math.max(sent, caught.newest());
        if (!tail.join(this, sent)) {
            catchUp();
        }
    }

    @Override
    public void follow(List<JobEvent> events) {
        if (!closed && !pass(events)) {
            tail.leave(this);
        }
    }

    private boolean pass(List<JobEvent> events) {
        List<JobEvent> unseen = events.isEmpty() || events.getFirst().seq() > sent
                ? events
                : events.stream().filter(event -> event.seq() > sent).toList();
        if (unseen.isEmpty()) {
            return true;
        }
        int taken = reader.take(unseen);
        if (taken > 0) {
            sent = unseen.get(taken - 1).seq();
        }
        return taken == unseen.size();
    }
}
