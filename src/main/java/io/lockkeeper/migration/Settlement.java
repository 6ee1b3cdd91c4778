package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.JournalEntry.State;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Asks the target what became of the transactions that nobody has seen the end of.
final class Settlement {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);
    private static final String STATUS = "SELECT pg_xact_status($1::text::xid8)";

    /// Only one that has that very transaction open: its process number may be somebody else's by now.
    private static final String END_IT =
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid = $1 AND backend_xid = $2::text::xid8::xid";

    private final PgSession session;
    private final JournalStore store;

    private final Set<String> inHistory;

    /// @param inHistory migrations that their tool's history says are done
    Settlement(PgSession session, JournalStore store, Set<String> inHistory) {
        this.session = session;
        this.store = store;
        this.inHistory = inHistory;
    }

    /// The same entries, with no transaction among them that is still said to run.
    List<JournalEntry> settled(List<JournalEntry> entries) throws InterruptedException {
        List<JournalEntry> all = new ArrayList<>();
        for (JournalEntry entry : entries) {
            all.add(entry.state() == State.RUNNING && entry.xid() != null ? settled(entry) : entry);
        }
        return all;
    }

    private JournalEntry settled(JournalEntry entry) throws InterruptedException {
        State state = outcome(entry);
        store.settle(entry, state);
        return entry.as(state);
    }

    private State outcome(JournalEntry entry) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            String status = status(entry.xid()).or(() -> byHistory(entry)).orElseThrow(() -> unknown(entry));
            switch (status) {
                case "committed":
                    return State.DONE;
                case "aborted":
                    return State.UNDONE;
                default:
                    session.query(END_IT, entry.backendPid(), entry.xid());
            }
            if (System.nanoTime() > deadline) {
                throw unknown(entry);
            }
            Thread.sleep(BETWEEN_LOOKS);
        }
    }

    private Optional<String> status(@Nullable String xid) throws InterruptedException {
        try {
            return Optional.ofNullable(session.one(STATUS, xid).getString(0));
        } catch (SessionLost lost) {
            throw lost;
        } catch (PgFailure neverHeardOfIt) {
            return Optional.empty();
        }
    }

    /// The row in the history was to come with the last step, or not at all.
    private Optional<String> byHistory(JournalEntry entry) {
        boolean decides = entry.closes() && entry.direction() == Direction.UP;
        return decides
                ? Optional.of(inHistory.contains(entry.migration()) ? "committed" : "aborted")
                : Optional.empty();
    }

    private static PermanentFailure unknown(JournalEntry entry) {
        return new PermanentFailure(Problem.conflict(
                "state-unknown",
                "What became of step " + entry.position() + " of " + entry.migration() + " (" + entry.path()
                        + "), the target cannot tell any more (transaction " + entry.xid()
                        + "). Compare the target with"
                        + " the file."));
    }
}
