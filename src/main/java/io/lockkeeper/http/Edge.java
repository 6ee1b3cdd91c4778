package io.lockkeeper.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/// What happens to every request before anybody looks at what it wants, and what becomes of those that fail before
/// JAX-RS sees them.
@ApplicationScoped
class Edge {
    private static final Logger LOG = Logger.getLogger(Edge.class);
    private static final int BEFORE_ALL_OTHERS = 1000;
    private static final List<Integer> FAILURES = List.of(400, 401, 403, 404, 405, 406, 413, 414, 415, 431, 500, 503);
    private static final String NUL = "%00";
    private static final String API_CONTENT = "default-src 'none'; frame-ancestors 'none'";
    /// Swagger UI starts itself with an inline script and draws with inline styles; it may load from and talk to its
    /// own origin only.
    private static final String PAGE_CONTENT = "default-src 'self'; script-src 'self' 'unsafe-inline';"
            + " style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

    /// Where Quarkus notes how much it is going to read of a body that does not say its length, and when.
    private static final String MOST_TO_READ = "io.quarkus.max-request-size";

    private static final int AFTER_THE_UPLOAD_LIMIT = 1;

    /// What is no archive is read as one piece, and has to be smaller.
    private static final long LARGEST_TEXT = 1 << 20;

    private final ProblemWriter writer;
    private final long largestBody;

    Edge(ProblemWriter writer, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize largestBody) {
        this.writer = writer;
        this.largestBody = largestBody.asLongValue();
    }

    void comeFirst(@Observes Filters filters) {
        filters.register(this::enter, BEFORE_ALL_OTHERS);
        filters.register(Edge::limitWhatDoesNotSayItsLength, AFTER_THE_UPLOAD_LIMIT);
    }

    /// Routes are asked in their order for a handler of failures; Quarkus' own, which speaks HTML, comes later.
    /// Requests that fit no route at all (a malformed path) end at the router's error handlers.
    void answerFailures(@Observes Router router) {
        router.route().order(-BEFORE_ALL_OTHERS).failureHandler(this::fail);
        FAILURES.forEach(status -> router.errorHandler(status, this::fail));
    }

    private void enter(RoutingContext request) {
        RequestId.assign(request);
        RequestLog.begin(request);
        harden(request);
        if (isTooLarge(request)) {
            request.response().putHeader("Connection", "close");
            writer.answer(request, Failure.ofStatus(413));
            return;
        }
        if (request.request().uri().contains(NUL)) {
            writer.answer(request, nul(request));
            return;
        }
        request.next();
    }

    /// The one character that the store does not take, in a name or a filter: nothing is called that.
    private static Problem nul(RoutingContext request) {
        return request.request().path().contains(NUL)
                ? Failure.ofStatus(404)
                : Problem.of(400, "invalid-parameter", "Invalid parameter", "No query parameter may contain U+0000.");
    }

    /// By its own account. A body that comes without its length is cut off later, by Quarkus, with a bare 413.
    private boolean isTooLarge(RoutingContext request) {
        String length = request.request().getHeader("Content-Length");
        return length != null && Long.parseLong(length) > (isArchive(request) ? largestBody : LARGEST_TEXT);
    }

    private static void limitWhatDoesNotSayItsLength(RoutingContext request) {
        if (request.request().getHeader("Content-Length") == null && !isArchive(request)) {
            request.put(MOST_TO_READ, LARGEST_TEXT);
        }
        request.next();
    }

    /// No path but those that stream archives takes one: the others refuse it before they read any of it.
    private static boolean isArchive(RoutingContext request) {
        String type = request.request().getHeader("Content-Type");
        return type != null && (type.startsWith("application/zip") || type.startsWith("application/gzip"));
    }

    private static void harden(RoutingContext request) {
        String path = request.request().path();
        MultiMap headers = request.response().headers();
        headers.set("X-Content-Type-Options", "nosniff");
        headers.set("X-Frame-Options", "DENY");
        headers.set("Referrer-Policy", "no-referrer");
        headers.set("Content-Security-Policy", path.startsWith("/q/swagger-ui") ? PAGE_CONTENT : API_CONTENT);
        if (path.startsWith("/api/")) {
            headers.set("Cache-Control", "no-store");
        }
    }

    private void fail(RoutingContext request) {
        if (request.response().ended() || request.response().headWritten()) {
            request.response().reset();
            return;
        }
        Problem problem = request.failure() == null || request.statusCode() != 500
                ? Failure.ofStatus(request.statusCode())
                : Failure.problem(request.failure());
        if (problem.status() == 500) {
            LOG.error("A request failed before it reached its resource", request.failure());
        }
        writer.answer(request, problem);
    }
}
