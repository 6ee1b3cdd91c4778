package io.lockkeeper.postgres;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// All that it takes to open a session on a server. Settings become the session's defaults at its start, so that even a
/// `RESET` returns to them; `search_path` is the role's own business unless somebody lists it here.
public record ServerAddress(
        String host,
        int port,
        String database,
        String username,
        Secret password,
        Tls tls,
        String applicationName,
        Map<String, String> settings) {

    public ServerAddress {
        Objects.requireNonNull(host);
        Objects.requireNonNull(database);
        Objects.requireNonNull(username);
        Objects.requireNonNull(password);
        Objects.requireNonNull(tls);
        if (applicationName.isBlank()) {
            throw new IllegalArgumentException("a session needs an application name");
        }
        settings = Map.copyOf(settings);
    }

    public ServerAddress(
            String host, int port, String database, String username, Secret password, Tls tls, String applicationName) {
        this(host, port, database, username, password, tls, applicationName, Map.of());
    }

    public ServerAddress withDatabase(String other) {
        return new ServerAddress(host, port, other, username, password, tls, applicationName, settings);
    }

    public ServerAddress withApplicationName(String other) {
        return new ServerAddress(host, port, database, username, password, tls, other, settings);
    }

    /// These on top of those that it has.
    public ServerAddress withSettings(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(more);
        return new ServerAddress(host, port, database, username, password, tls, applicationName, all);
    }
}
