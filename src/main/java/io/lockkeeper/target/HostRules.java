package io.lockkeeper.target;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import jakarta.inject.Singleton;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/// Where this installation's operator lets targets lie. What is written down is judged when a target is
/// registered; what a name means, on every connection anew, and the addresses that were judged are those
/// that are used.
@Singleton
class HostRules {
    private final List<Network> denied;
    private final List<Network> networks = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final boolean anywhere;

    HostRules(TargetConfig config) {
        this.denied = config.deniedNetworks().stream().map(Network::parse).toList();
        this.anywhere = config.allowedHosts().isEmpty();
        for (String rule : config.allowedHosts().orElse(List.of())) {
            if (rule.contains("/") || rule.contains(":") || rule.matches("[0-9.]+")) {
                networks.add(Network.parse(rule));
            } else {
                names.add(normal(rule));
            }
        }
    }

    /// Refuses what can be refused without asking the DNS.
    void checkWritten(String host) {
        boolean refused = isLiteral(host)
                ? !permits(host).test(InetAddress.ofLiteral(host))
                : !anywhere && networks.isEmpty() && !isNamed(host);
        if (refused) {
            throw new Refused(Problem.unprocessable(
                    "target-host-forbidden",
                    "The operator of Lockkeeper does not permit targets at " + host
                            + " (lockkeeper.targets.allowed-hosts, lockkeeper.targets.denied-networks)."));
        }
    }

    Predicate<InetAddress> permits(String host) {
        boolean named = isNamed(host);
        return address -> {
            InetAddress real = Network.unwrapped(address);
            return denied.stream().noneMatch(network -> network.holds(real) || network.holds(address))
                    && (anywhere || named || networks.stream().anyMatch(network -> network.holds(real)));
        };
    }

    private boolean isNamed(String host) {
        String name = normal(host);
        return names.stream().anyMatch(rule -> rule.startsWith(".") ? name.endsWith(rule) : name.equals(rule));
    }

    private static String normal(String name) {
        String lower = name.strip().toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    private static boolean isLiteral(String host) {
        try {
            return InetAddress.ofLiteral(host) != null;
        } catch (IllegalArgumentException name) {
            return false;
        }
    }
}
