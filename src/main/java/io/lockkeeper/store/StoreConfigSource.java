package io.lockkeeper.store;

import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;

/// What `main` found out about the store before Quarkus starts, as configuration. Not as system properties:
/// those are shown by every diagnostic tool, and there are passwords among it. Environment variables and
/// system properties come first.
public final class StoreConfigSource implements ConfigSource {
    private static volatile Map<String, String> values = Map.of();

    static void publish(Map<String, String> configuration) {
        values = Map.copyOf(configuration);
    }

    @Override
    public int getOrdinal() {
        return 275;
    }

    @Override
    public Set<String> getPropertyNames() {
        return values.keySet();
    }

    @Override
    public String getValue(String name) {
        return values.get(name);
    }

    @Override
    public String getName() {
        return "store";
    }
}
