package io.lockkeeper.job;

import io.lockkeeper.job.engine.EventTail;
import io.lockkeeper.job.engine.Following;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/// One client that follows events. What was written and has not left for the client yet is counted, and there is
/// never more of it than a little: whoever reads slowly is brought up to date from the store later, and whoever does
/// not read at all is cut off and can resume.
final class EventStream implements Following.Reader {
    /// More than a batch of usual events, or whoever follows live would have to catch up all the time.
    private static final int MOST_BYTES_UNDER_WAY = 64 * 1024;
    private static final Duration LIFE = Duration.ofMinutes(10);
    private static final Buffer BEGIN = Buffer.buffer("retry: 2000\n\n");
    private static final Buffer PING = Buffer.buffer(": ping\n\n");
    private static final Buffer END = Buffer.buffer("event: end\ndata: {}\n\n");

    private final long bornAt = System.nanoTime();
    private final HttpServerResponse response;
    private final Set<EventStream> open;
    private final Predicate<JobEvent> wanted;
    private final Duration patience;
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile Following following;
    private int bytesUnderWay;
    private boolean waiting;
    private long movedAt;

    /// @param patience how long a client may read nothing of what is there for it
    EventStream(HttpServerResponse response, Set<EventStream> open, Predicate<JobEvent> wanted, Duration patience) {
        this.response = response;
        this.open = open;
        this.wanted = wanted;
        this.patience = patience;
        open.add(this);
        response.setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", "text/event-stream;charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no")
                .closeHandler(_ -> gone())
                .exceptionHandler(_ -> gone());
        write(BEGIN);
    }

    static Buffer frame(long seq, String event, String json) {
        return Buffer.buffer("id: " + seq + "\nevent: " + event + "\ndata: " + json + "\n\n");
    }

    void write(Buffer frames) {
        synchronized (this) {
            movedAt = bytesUnderWay == 0 ? System.nanoTime() : movedAt;
            bytesUnderWay += frames.length();
        }
        response.write(frames).onComplete(written -> {
            if (written.failed()) {
                gone(); // maybe before anybody could tell us
            } else {
                left(frames.length());
            }
        });
    }

    private void left(int bytes) {
        synchronized (this) {
            bytesUnderWay -= bytes;
            movedAt = System.nanoTime();
        }
        resumeIfThereIsRoom();
    }

    void follow(EventTail tail, Long job, long after) {
        following = tail.following(job, after, this);
        following.resume();
        if (finished.get()) {
            following.close();
        }
    }

    @Override
    public int take(List<JobEvent> events) {
        int room = room();
        int taken = 0;
        Buffer frames = Buffer.buffer();
        while (taken < events.size() && frames.length() < room) {
            JobEvent event = events.get(taken++);
            if (wanted.test(event)) {
                frames.appendBuffer(event.frame());
            }
        }
        if (frames.length() > 0) {
            write(frames);
        }
        if (taken < events.size()) {
            waitForRoom();
        } else if (following.job() != null && events.getLast().last()) {
            end();
        }
        return taken;
    }

    private synchronized int room() {
        return MOST_BYTES_UNDER_WAY - bytesUnderWay;
    }

    private void waitForRoom() {
        synchronized (this) {
            waiting = true;
        }
        resumeIfThereIsRoom(); // all of it may have left since we looked
    }

    private void resumeIfThereIsRoom() {
        synchronized (this) {
            if (!waiting || room() < MOST_BYTES_UNDER_WAY / 2) {
                return;
            }
            waiting = false;
        }
        following.resume();
    }

    /// Tells proxies and the client that we are there, unless something is under way to it anyway. After a while the
    /// stream ends: its client comes back, goes on where it was, and shows its token anew.
    void ping() {
        if (System.nanoTime() - bornAt > LIFE.toNanos()) {
            close();
            return;
        }
        if (room() < MOST_BYTES_UNDER_WAY || finished.get()) {
            return;
        }
        try {
            write(PING);
        } catch (IllegalStateException endedMeanwhile) {
            gone();
        }
    }

    void cutOffIfStuck() {
        boolean stuck;
        synchronized (this) {
            stuck = bytesUnderWay > 0 && System.nanoTime() - movedAt > patience.toNanos();
        }
        if (stuck) {
            response.reset();
            gone();
        }
    }

    void end() {
        if (finish()) {
            response.end(END).onComplete(_ -> gone());
        }
    }

    /// The client comes back by itself and goes on where it was.
    void close() {
        if (finish()) {
            response.end().onComplete(_ -> gone());
        }
    }

    private void gone() {
        finish();
        open.remove(this);
    }

    /// Nothing more is to be written. True the first time.
    private boolean finish() {
        if (following != null) {
            following.close();
        }
        return finished.compareAndSet(false, true);
    }
}
