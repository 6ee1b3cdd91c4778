package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import java.time.OffsetDateTime;
import java.util.List;

/// The server's own configuration: ALTER SYSTEM knows no transactions, so it comes last, one setting after
/// the other. Done again, it does no harm.
final class ServerStep {
    private static final String MARK = "SELECT clock_timestamp() AS now";
    private static final String RELOAD = "SELECT pg_reload_conf()";
    private static final String LOADED = "SELECT pg_conf_load_time() >= $1, pg_sleep(0.05)";
    private static final int LOOKS = 60;

    private ServerStep() {}

    static void run(List<Want> wants, PgSession session) throws InterruptedException {
        List<Want> ours = wants.stream().filter(want -> want.place().ofServer()).toList();
        if (ours.isEmpty()) {
            return;
        }
        OffsetDateTime mark = session.one(MARK).getOffsetDateTime("now");
        for (Want want : ours) {
            session.script(want.sql());
        }
        session.query(RELOAD);
        for (int look = 0; look < LOOKS && !session.one(LOADED, mark).getBoolean(0); look++) {
            // Our own session reads the files anew between two statements, soon after the server was told to.
        }
    }
}
