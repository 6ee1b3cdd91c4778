package io.lockkeeper.job;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Clients of server-sent events, each on a connection of its own.
public final class SseClient implements AutoCloseable {
    private final HttpClient http;
    private final String token;

    public SseClient(Vertx vertx, int port, String token) {
        this.http = vertx.createHttpClient(new HttpClientOptions()
                .setDefaultHost("localhost")
                .setDefaultPort(port)
                .setConnectTimeout(30_000)
                .setMaxPoolSize(20_000)
                .setMaxWaitQueueSize(20_000));
        this.token = token;
    }

    /// One event as it came over the wire; comments and `retry` are events without a name.
    public record Event(String id, String name, String data, String retry) {
        public JsonObject json() {
            return new JsonObject(data);
        }
    }

    /// Follows a path; what comes is also kept.
    public Stream open(String path) {
        return open(path, null);
    }

    public Stream open(String path, String lastEventId) {
        Stream stream = new Stream();
        stream.listener = stream::keep;
        return open(path, lastEventId, stream);
    }

    /// Follows a path and keeps nothing; the listener is called on an event loop.
    public Stream listen(String path, Consumer<Event> listener) {
        Stream stream = new Stream();
        stream.listener = listener;
        return open(path, null, stream);
    }

    /// Follows a path and does not even take its bytes apart.
    public Stream listenRaw(String path, Handler<Buffer> listener) {
        Stream stream = new Stream();
        stream.raw = listener;
        return open(path, null, stream);
    }

    private Stream open(String path, String lastEventId, Stream stream) {
        RequestOptions request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setURI(path)
                .putHeader("Authorization", "Bearer " + token)
                .putHeader("Accept", "text/event-stream");
        if (lastEventId != null) {
            request.putHeader("Last-Event-ID", lastEventId);
        }
        http.request(request)
                .compose(sent -> sent.send())
                .onSuccess(stream::begin)
                .onFailure(stream::fail);
        return stream;
    }

    @Override
    public void close() {
        http.close();
    }

    public static final class Stream {
        private final List<Event> events = new ArrayList<>();
        private Consumer<Event> listener;
        private Handler<Buffer> raw = this::read;
        private Buffer rest = Buffer.buffer();
        private int scanned;
        private volatile HttpClientResponse response;
        private volatile boolean ended;
        private volatile Throwable failure;

        private void begin(HttpClientResponse answer) {
            answer.handler(raw).endHandler(_ -> ended = true).exceptionHandler(this::fail);
            response = answer;
        }

        private void fail(Throwable cause) {
            failure = cause;
            ended = true;
        }

        private synchronized void keep(Event event) {
            events.add(event);
        }

        private void read(Buffer chunk) {
            rest.appendBuffer(chunk);
            int from = 0;
            for (int i = Math.max(1, scanned); i < rest.length(); i++) {
                if (rest.getByte(i) == '\n' && rest.getByte(i - 1) == '\n' && i > from) {
                    listener.accept(parse(rest.getString(from, i, StandardCharsets.UTF_8.name())));
                    from = i + 1;
                    i++;
                }
            }
            rest = from == 0 ? rest : rest.getBuffer(from, rest.length());
            scanned = rest.length();
        }

        private static Event parse(String block) {
            Map<String, String> fields = new HashMap<>();
            for (String line : block.split("\n")) {
                int colon = line.indexOf(':');
                fields.merge(line.substring(0, colon), line.substring(colon + 1).strip(), (a, b) -> a + "\n" + b);
            }
            return new Event(fields.get("id"), fields.get("event"), fields.get("data"), fields.get("retry"));
        }

        /// What has come so far, without comments and `retry`.
        public synchronized List<Event> events() {
            return events.stream().filter(event -> event.name() != null).toList();
        }

        public synchronized List<Event> all() {
            return List.copyOf(events);
        }

        public List<Event> events(String name) {
            return events().stream().filter(event -> event.name().equals(name)).toList();
        }

        /// The states that it was told of, with reasons: `QUEUED WORKER_LOST`.
        public List<String> states() {
            return events("state").stream()
                    .map(Event::json)
                    .map(data -> data.getString("state")
                            + (data.containsKey("reason") ? " " + data.getString("reason") : ""))
                    .toList();
        }

        public boolean isOpen() {
            return response != null && !ended;
        }

        public boolean hasEnded() {
            return ended;
        }

        public Throwable failure() {
            return failure;
        }

        public int status() {
            return response.statusCode();
        }

        public String header(String name) {
            return response.getHeader(name);
        }

        /// From now on it reads nothing from its socket.
        public void stopReading() {
            response.pause();
        }

        public void readOn() {
            response.resume();
        }

        public void close() {
            if (response != null) {
                response.request().connection().close();
            }
        }
    }
}
