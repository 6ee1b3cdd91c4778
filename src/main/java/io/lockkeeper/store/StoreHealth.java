package io.lockkeeper.store;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ready means that the store answers a query, now, through the pool that requests use. Anybody may read
/// the answer: it names no host, no role and no reason that the server gave.
@Readiness
@ApplicationScoped
class StoreHealth implements AsyncHealthCheck {
    private static final String NAME = "store";
    private static final Duration BOUND = Duration.ofSeconds(2);
    private static final String ASK_THE_STORE =
            "SELECT current_setting('server_version') AS version, pg_is_in_recovery() AS read_only";

    private final Pool pool;

    StoreHealth(Pool pool) {
        this.pool = pool;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().deferred(this::ask);
    }

    private Uni<HealthCheckResponse> ask() {
        long asked = System.nanoTime();
        return pool.query(ASK_THE_STORE)
                .execute()
                .map(rows -> answered(rows.iterator().next(), asked))
                .ifNoItem()
                .after(BOUND)
                .recoverWithItem(() -> down("no answer within " + BOUND.toMillis() + " ms"))
                .onFailure()
                .recoverWithItem(() -> down("unreachable"));
    }

    private static HealthCheckResponse answered(Row row, long asked) {
        if (row.getBoolean("read_only")) {
            return down("read-only: not the primary");
        }
        return HealthCheckResponse.named(NAME)
                .up()
                .withData("version", row.getString("version"))
                .withData("latencyMicros", (System.nanoTime() - asked) / 1_000)
                .build();
    }

    private static HealthCheckResponse down(String reason) {
        return HealthCheckResponse.named(NAME).down().withData("reason", reason).build();
    }
}
