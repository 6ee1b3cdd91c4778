package io.lockkeeper.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.engine.Engine;
import io.lockkeeper.job.table.EventReads;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// The open streams of this instance: how they begin, and what keeps them alive.
@ApplicationScoped
class EventStreams {
    private static final long PING_MILLIS = 15_000;

    private final Engine engine;
    private final ObjectMapper json;
    private final Vertx vertx;
    private final int most;
    private final Duration patience;
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();

    EventStreams(
            Engine engine,
            ObjectMapper json,
            Vertx vertx,
            MeterRegistry registry,
            @ConfigProperty(name = "lockkeeper.events.max-streams", defaultValue = "10000") int most,
            @ConfigProperty(name = "lockkeeper.events.patience", defaultValue = "30s") Duration patience) {
        this.engine = engine;
        this.json = json;
        this.vertx = vertx;
        this.most = most;
        this.patience = patience;
        registry.gauge("lockkeeper.sse.clients", open, Set::size);
    }

    void start(@Observes StartupEvent up) {
        vertx.setPeriodic(PING_MILLIS, _ -> open.forEach(EventStream::ping));
        vertx.setPeriodic(patience.toMillis() / 4, _ -> open.forEach(EventStream::cutOffIfStuck));
    }

    void stop(@Observes ShutdownEvent down) {
        open.forEach(EventStream::close);
    }

    /// A new stream begins with the job as it is; one that is resumed goes on after what it has seen.
    void ofJob(JobView job, Seq from, RoutingContext request, AsyncResponse answer) {
        if (from != null && job.done() && from.value() == job.lastSeq()) {
            answer.resume(Response.noContent().build());
            return;
        }
        if (isFull(answer)) {
            return;
        }
        boolean unknownPlace = from != null && from.value() > job.lastSeq();
        EventStream stream = new EventStream(request.response(), open, _ -> true, patience);
        if (from == null || unknownPlace) {
            stream.write(EventStream.frame(job.lastSeq(), unknownPlace ? "reset" : "snapshot", write(job)));
            if (job.done()) {
                stream.end();
                return;
            }
            stream.follow(engine.tail(), job.id(), job.lastSeq());
        } else {
            stream.follow(engine.tail(), job.id(), from.value());
        }
    }

    void ofAll(
            EventReads.Position position,
            String target,
            String kind,
            Seq from,
            RoutingContext request,
            AsyncResponse answer) {
        if (isFull(answer)) {
            return;
        }
        EventStream stream = new EventStream(
                request.response(),
                open,
                event -> (target == null || target.equals(event.target()))
                        && (kind == null || kind.equals(event.kind())),
                patience);
        boolean unknownPlace = from != null && (from.value() > position.newest() || from.value() < position.pruned());
        if (unknownPlace) {
            stream.write(EventStream.frame(position.newest(), "reset", "{\"seq\":" + position.newest() + "}"));
        }
        stream.follow(engine.tail(), null, from == null || unknownPlace ? position.newest() : from.value());
    }

    private boolean isFull(AsyncResponse answer) {
        boolean full = open.size() >= most;
        if (full) {
            answer.resume(new Refused(Problem.unavailable("This instance serves " + most + " streams already.", 5)));
        }
        return full;
    }

    private String write(JobView job) {
        try {
            return json.writeValueAsString(job);
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("job " + job.id() + " is not representable as JSON", broken);
        }
    }
}
