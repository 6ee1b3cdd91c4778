package io.lockkeeper.http;

import io.vertx.ext.web.RoutingContext;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;
import org.jspecify.annotations.Nullable;

/// The name of one request: on its answer, in its problems, in every log line and audit row that it causes. The
/// caller's own `X-Request-Id` if that is a sane token, so that a trace can go through several services; else a new
/// one.
public final class RequestId {
    public static final String HEADER = "X-Request-Id";
    public static final String MDC_KEY = "requestId";

    private static final String KEY = RequestId.class.getName();
    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._-]{1,128}");

    private RequestId() {}

    public static String of(RoutingContext request) {
        String known = request.get(KEY);
        return known != null ? known : assign(request);
    }

    /// Of the request that the current thread of work belongs to, if it belongs to one.
    public static @Nullable String current() {
        return MDC.get(MDC_KEY) instanceof String id ? id : null;
    }

    static String assign(RoutingContext request) {
        String asked = request.request().getHeader(HEADER);
        String id = asked != null && SANE.matcher(asked).matches()
                ? asked
                : UUID.randomUUID().toString();
        request.put(KEY, id);
        request.response().putHeader(HEADER, id);
        MDC.put(MDC_KEY, id);
        return id;
    }
}
