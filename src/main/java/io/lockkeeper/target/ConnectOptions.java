package io.lockkeeper.target;

import java.time.Duration;
import java.util.Map;

/// How a session on a target announces itself and begins.
public record ConnectOptions(String applicationName, Map<String, String> settings, Duration bound) {
    private static final Duration BOUND = Duration.ofSeconds(10);

    public ConnectOptions {
        settings = Map.copyOf(settings);
    }

    public static ConnectOptions named(String applicationName) {
        return new ConnectOptions(applicationName, Map.of(), BOUND);
    }

    public ConnectOptions within(Duration bound) {
        return new ConnectOptions(applicationName, settings, bound);
    }

    public ConnectOptions with(Map<String, String> settings) {
        return new ConnectOptions(applicationName, settings, bound);
    }
}
