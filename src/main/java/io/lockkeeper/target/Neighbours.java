package io.lockkeeper.target;

import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgConnector;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Which registered targets seem to be on one server: those with the same port, and the same host or one that shares
/// an address with it. That they are, only the server itself can tell: see `ServerIdentity`.
@Singleton
public class Neighbours {
    private static final Duration RESOLVE_BOUND = Duration.ofSeconds(1);
    private static final Duration ALL_BOUND = Duration.ofSeconds(3);

    private final Targets targets;

    Neighbours(Targets targets) {
        this.targets = targets;
    }

    /// The target itself first. Blocks; for virtual threads.
    public List<TargetLogin> of(long target) throws InterruptedException {
        List<TargetLogin> candidates = targets.onSamePort(target);
        List<TargetLogin> neighbours = new ArrayList<>();
        Map<String, Set<InetAddress>> known = new HashMap<>();
        long deadline = System.nanoTime() + ALL_BOUND.toNanos();
        for (TargetLogin candidate : candidates) {
            String host = host(candidate);
            String mine = host(candidates.getFirst());
            if (host.equals(mine)
                    || !Collections.disjoint(addresses(host, known, deadline), addresses(mine, known, deadline))) {
                neighbours.add(candidate);
            }
        }
        return neighbours;
    }

    private static String host(TargetLogin login) {
        return login.host().toLowerCase(Locale.ROOT);
    }

    /// None for a name that cannot be resolved, or not soon.
    private static Set<InetAddress> addresses(String host, Map<String, Set<InetAddress>> known, long deadline)
            throws InterruptedException {
        if (!known.containsKey(host)) {
            known.put(host, System.nanoTime() < deadline ? resolved(host) : Set.of());
        }
        return known.get(host);
    }

    private static Set<InetAddress> resolved(String host) throws InterruptedException {
        try {
            return Set.copyOf(PgConnector.resolve(host, RESOLVE_BOUND));
        } catch (ConnectFailure unknown) {
            return Set.of();
        }
    }
}
