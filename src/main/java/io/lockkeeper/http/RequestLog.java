package io.lockkeeper.http;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/// One line a request, when its answer has ended. Never the query, headers or a body: any of them may hold what is
/// secret. What machines ask all day long (`/q/...`: probes, scrapes) is logged at DEBUG.
public final class RequestLog {
    private static final Logger LOG = Logger.getLogger(RequestLog.class);
    private static final String SUBJECT = RequestLog.class.getName();

    private RequestLog() {}

    /// Tells the log who asks, as soon as that is known.
    public static void subject(RoutingContext request, String subject) {
        request.put(SUBJECT, subject);
    }

    static void begin(RoutingContext request) {
        long began = System.nanoTime();
        String id = RequestId.of(request);
        request.addEndHandler(ended -> {
            MDC.put(RequestId.MDC_KEY, id);
            end(request, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
            MDC.remove(RequestId.MDC_KEY);
        });
    }

    private static void end(RoutingContext request, long millis) {
        HttpServerRequest http = request.request();
        String path = Optional.ofNullable(http.path()).orElse("?");
        LOG.logf(
                path.startsWith("/q/") ? Logger.Level.DEBUG : Logger.Level.INFO,
                "%s %s %d %d ms %s",
                http.method(),
                path,
                request.response().getStatusCode(),
                millis,
                Optional.<String>ofNullable(request.get(SUBJECT)).orElse("-"));
    }
}
