package io.lockkeeper.job;

import io.lockkeeper.job.engine.EventTail;
import io.lockkeeper.job.engine.Following;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// One client that follows events. It is never sent more than fits into its write queue: whoever reads too slowly is
/// brought up to date from the store later, and whoever does not read at all is cut off and can resume.
final class EventStream implements Following.Reader {
    private static final int QUEUE_BYTES = 64 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Buffer PING = Buffer.buffer(": ping\n\n");
    private static final Buffer END = Buffer.buffer("event: end\ndata: {}\n\n");

    private final HttpServerResponse response;
    private final Set<EventStream> open;
    private final Predicate<JobEvent> wanted;
    private volatile Following following;
    private volatile long fullSince;

    EventStream(HttpServerResponse response, Set<EventStream> open, Predicate<JobEvent> wanted) {
        this.response = response;
        this.open = open;
        this.wanted = wanted;
        response.setStatusCode(200)
                .setChunked(true)
                .putHeader("Content-Type", "text/event-stream;charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Accel-Buffering", "no")
                .setWriteQueueMaxSize(QUEUE_BYTES)
                .closeHandler(_ -> closed())
                .exceptionHandler(_ -> closed())
                .drainHandler(_ -> drained());
        response.write("retry: 2000\n\n");
        open.add(this);
    }

    static Buffer frame(long seq, String event, String json) {
        return Buffer.buffer("id: " + seq + "\nevent: " + event + "\ndata: " + json + "\n\n");
    }

    void write(Buffer frames) {
        response.write(frames);
    }

    void follow(EventTail tail, Long job, long after) {
        following = tail.following(job, after, this);
        following.resume();
    }

    @Override
    public boolean take(List<JobEvent> events) {
        if (response.writeQueueFull()) {
            fullSince = System.nanoTime();
            return false;
        }
        Buffer frames = Buffer.buffer();
        for (JobEvent event : events) {
            if (wanted.test(event)) {
                frames.appendBuffer(event.frame());
            }
        }
        if (frames.length() > 0) {
            response.write(frames);
        }
        if (following.job() != null && events.getLast().last()) {
            end();
        }
        return true;
    }

    @Override
    public void failed(Throwable cause) {
        close();
    }

    private void drained() {
        if (fullSince != 0) {
            fullSince = 0;
            following.resume();
        }
    }

    void ping() {
        if (fullSince == 0) {
            response.write(PING);
        } else if (System.nanoTime() - fullSince > PATIENCE.toNanos()) {
            response.reset();
            closed();
        }
    }

    void end() {
        response.end(END);
        closed();
    }

    /// The client comes back by itself and goes on where it was.
    void close() {
        response.end();
        closed();
    }

    private void closed() {
        open.remove(this);
        if (following != null) {
            following.close();
        }
    }
}
