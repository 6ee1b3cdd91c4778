package io.lockkeeper;

import io.lockkeeper.store.StoreAccess;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/// Gives every test that boots Quarkus a store of its own, empty, for Flyway to fill. Found by the service
/// loader: no test has to name it.
public final class StoreForTests implements QuarkusTestResourceLifecycleManager {

    @Override
    public Map<String, String> start() {
        StoreAccess store = TestServers.emptyStore();
        Map<String, String> configuration = new HashMap<>(store.configuration());
        configuration.put(
                "lockkeeper.store.url", store.serving().url()); // for the packaged application, which has a main
        configuration.put("lockkeeper.store.owner.url", store.owner().url());
        return configuration;
    }

    @Override
    public void stop() {
        // The database goes with its server.
    }
}
