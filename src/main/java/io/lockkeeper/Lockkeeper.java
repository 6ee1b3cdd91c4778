package io.lockkeeper;

import io.lockkeeper.postgres.PostgresServer;
import io.lockkeeper.store.OwnStore;
import io.lockkeeper.store.StartRefused;
import io.quarkus.runtime.Application;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.time.Duration;

/// The process: opens the store, runs Quarkus, closes the store when Quarkus has stopped.
@QuarkusMain
public class Lockkeeper {
    private static final Duration LONGEST_STOP = Duration.ofMinutes(2);

    public static void main(String[] args) throws InterruptedException {
        try (OwnStore store = OwnStore.open()) {
            Thread atTheEnd = Thread.ofPlatform().name("close-store").unstarted(() -> closeAfterQuarkus(store));
            Runtime.getRuntime().addShutdownHook(atTheEnd);
            Quarkus.run(args); // a running application ends inside, by System.exit
        } catch (StartRefused | PostgresServer.Failure | IOException refused) {
            System.err.println("Lockkeeper cannot start. " + refused.getMessage());
            System.exit(1);
        }
    }

    /// Shutdown hooks run side by side, but the last writes of Quarkus need the store.
    private static void closeAfterQuarkus(OwnStore store) {
        Application application = Application.currentApplication();
        if (application != null) {
            try {
                Thread.ofVirtual().start(application::awaitShutdown).join(LONGEST_STOP);
            } catch (InterruptedException hurry) {
                Thread.currentThread().interrupt();
            }
        }
        store.close();
    }
}
