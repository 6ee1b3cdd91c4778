package io.lockkeeper.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Waits for a store that is still starting, and says at once what no waiting will mend: a wrong password, a database
/// that is not there.
final class StoreWait {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Map<String, String> FINAL = Map.of(
            "28P01", "the user name or the password is wrong",
            "28000", "the server does not let this user in",
            "3D000", "there is no such database",
            "42501", "this user may not connect to the database");

    private StoreWait() {}

    static void until(StoreAccess access) throws InterruptedException {
        until(access.owner(), BOUND);
        until(access.serving(), BOUND);
    }

    static void until(StoreAddress address, Duration bound) throws InterruptedException {
        long end = System.nanoTime() + bound.toNanos();
        boolean told = false;
        for (Optional<SQLException> failure = tried(address); failure.isPresent(); failure = tried(address)) {
            SQLException why = failure.get();
            if (FINAL.containsKey(why.getSQLState())) {
                throw new StartRefused(
                        "The store " + address + " cannot be used: " + FINAL.get(why.getSQLState()) + ".");
            }
            if (System.nanoTime() > end) {
                throw new StartRefused("The store " + address + " did not answer within " + bound.toSeconds() + " s: "
                        + firstLine(why.getMessage()));
            }
            if (!told) {
                System.out.println("Waiting for the store " + address + ": " + firstLine(why.getMessage()));
                told = true;
            }
            Thread.sleep(PAUSE);
        }
    }

    private static Optional<SQLException> tried(StoreAddress address) {
        try (Connection answered = Jdbc.connect(address)) {
            return Optional.empty();
        } catch (SQLException failed) {
            return Optional.of(failed);
        }
    }

    private static String firstLine(String text) {
        return text == null ? "no reason given" : text.lines().findFirst().orElse("");
    }
}
