package io.lockkeeper.restore;

import io.lockkeeper.job.Loop;
import io.lockkeeper.job.Loops;
import io.lockkeeper.restore.RestoreTestStore.Keeping;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.Startup;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Restored copies that somebody wants to look at, until their time is over. They live in this instance
/// and die with it: what it leaves behind when it is killed is swept by the next one on the same machine.
@Startup
@Singleton
class KeptCopies {
    private static final Duration PACE = Duration.ofSeconds(5);
    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);

    private final RestoreTestStore tests;
    private final Map<Long, Kept> kept = new ConcurrentHashMap<>();
    private final Loop loop;
    private final String machine = host() + "/";
    private final String here = machine + ProcessHandle.current().pid();

    private record Kept(Restored copy, Instant until) {}

    KeptCopies(RestoreTestStore tests, Loops loops) {
        this.tests = tests;
        this.loop = loops.add(new Loop("kept-copies", PACE, this::letGo));
        loops.everywhere("copies-of-dead-instances", BETWEEN_LOOKS, this::forgetThoseOfTheDead);
    }

    void stop(@Observes ShutdownEvent down) {
        kept.keySet().forEach(this::close);
    }

    /// Takes the copy over.
    Keeping keep(long test, Restored copy, Instant until) {
        kept.put(test, new Kept(copy, until));
        loop.wake();
        return new Keeping(until, here);
    }

    /// The copy of a test, if it is kept by this instance.
    Optional<Restored> find(long test) {
        return Optional.ofNullable(kept.get(test))
                .filter(each -> each.until().isAfter(Instant.now()))
                .map(Kept::copy);
    }

    String here() {
        return here;
    }

    /// @return false: there is none here
    boolean end(long test) throws InterruptedException {
        boolean closed = close(test);
        if (closed) {
            tests.keptNoMore(test, here);
        }
        return closed;
    }

    private boolean close(long test) {
        Kept gone = kept.remove(test);
        if (gone != null) {
            gone.copy().close();
        }
        return gone != null;
    }

    private Duration letGo() throws InterruptedException {
        Instant now = Instant.now();
        for (Map.Entry<Long, Kept> each : kept.entrySet()) {
            if (!each.getValue().until().isAfter(now)) {
                end(each.getKey());
            }
        }
        return kept.values().stream()
                .map(each -> Duration.between(Instant.now(), each.until()))
                .filter(left -> left.compareTo(PACE) < 0)
                .map(left -> left.isNegative() ? Duration.ZERO : left)
                .min(Duration::compareTo)
                .orElse(null);
    }

    /// Their rows say what is not so any more.
    void forgetThoseOfTheDead() throws InterruptedException {
        for (Map.Entry<Long, Keeping> each : tests.kept(machine).entrySet()) {
            String on = each.getValue().on();
            boolean alive = on.equals(here) ? kept.containsKey(each.getKey()) : isAlive(on.substring(machine.length()));
            if (!alive) {
                tests.keptNoMore(each.getKey(), on);
            }
        }
    }

    private static boolean isAlive(String process) {
        return ProcessHandle.of(Long.parseLong(process)).isPresent();
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException nameless) {
            return "localhost";
        }
    }
}
