package io.lockkeeper.security;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/// Who was turned away. At most one line a second of each sort: whoever knocks a thousand times shall not fill the
/// disk.
@Singleton
class SecurityLog {
    private static final Logger LOG = Logger.getLogger(SecurityLog.class);

    private final Sparing unknown = new Sparing();
    private final Sparing denied = new Sparing();

    void unknownToken(RoutingContext request) {
        unknown.warn("Turned away from " + place(request) + ", asked by " + address(request)
                + ": the token is unknown, revoked or expired");
    }

    void denied(RoutingContext request, Caller caller, Permission permission) {
        denied.warn("Denied to " + caller.subject() + " (" + caller.via() + ") at " + place(request) + ", asked by "
                + address(request) + ": needs " + permission);
    }

    private static String place(RoutingContext request) {
        return request.request().method() + " " + request.request().path();
    }

    private static String address(RoutingContext request) {
        SocketAddress address = request.request().remoteAddress();
        return address == null ? "?" : String.valueOf(address.hostAddress());
    }

    private static final class Sparing {
        private static final long PAUSE = TimeUnit.SECONDS.toNanos(1);

        private final AtomicLong next = new AtomicLong(System.nanoTime());
        private final AtomicLong silent = new AtomicLong();

        void warn(String line) {
            long due = next.get();
            long now = System.nanoTime();
            if (now - due < 0 || !next.compareAndSet(due, now + PAUSE)) {
                silent.incrementAndGet();
                return;
            }
            long more = silent.getAndSet(0);
            LOG.warn(more == 0 ? line : line + " (and " + more + " more before)");
        }
    }
}
