package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.SessionLost;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The one transaction in which a policy is tried, looked at and, only then, committed. Whatever ends it
/// before the commit leaves nothing behind.
final class PolicyTransaction {
    /// Our own limits, for the role that we come as may just have got tight ones.
    private static final String CALM = """
            SET statement_timeout = '20s'; SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '60s';
            SET standard_conforming_strings = on""";
    private static final String CALM_FROM_17 = "; SET transaction_timeout = '120s'";
    private static final int TRANSACTION_TIMEOUT_SINCE = 17;

    /// Policies of one database take turns; 7626733 is Lockkeeper's number.
    private static final String TAKE_TURNS = "SELECT pg_advisory_xact_lock(7626733, hashtext('timeout-policy'))";

    /// Settings that nobody keeps. To reset what is not set changes nothing, and locks the row like any
    /// other change: what is read then stays true until the end, even if others come from another database,
    /// where advisory locks do not reach.
    private static final List<String> NEVER_KEPT =
            List.of("gin_fuzzy_search_limit", "geqo_seed", "vacuum_cost_page_hit");

    /// Conflicts with other transactions, for which the catalogue has no better code ("tuple concurrently
    /// updated").
    private static final Set<String> CONFLICTS = Set.of("XX000", "23505");

    private final PgSession session;

    private PolicyTransaction(PgSession session) {
        this.session = session;
    }

    static PolicyTransaction begin(PgSession session) throws InterruptedException {
        session.script(session.serverMajor() < TRANSACTION_TIMEOUT_SINCE ? CALM : CALM + CALM_FROM_17);
        session.script("BEGIN");
        session.query(TAKE_TURNS);
        return new PolicyTransaction(session);
    }

    /// Makes sure that nobody changes these places until the end, and says what all places keep. A role
    /// that is not let do that will not be let do anything else there either.
    Image claim(Collection<Place> places, ServerSettings server) throws InterruptedException {
        Image seen = Image.read(session, server.auto());
        for (Place place : new TreeSet<>(places)) {
            if (!place.ofServer()) {
                claim(place, seen);
            }
        }
        return Image.read(session, server.auto());
    }

    /// A place that keeps nothing has no row to lock: it gets one for a moment, which another policy's own
    /// row then runs into.
    private void claim(Place place, Image seen) throws InterruptedException {
        Set<String> kept = seen.at(place).values().keySet();
        String neutral = NEVER_KEPT.stream()
                .filter(name -> !kept.contains(name))
                .findFirst()
                .orElseThrow();
        if (!seen.places().containsKey(place)) {
            attempt(place.set(neutral, "1"));
        }
        attempt(place.reset(neutral));
    }

    Image image(ServerSettings server) throws InterruptedException {
        return Image.read(session, server.auto());
    }

    /// Empty if it worked, else why the server refuses it. What is nobody's fault (a conflict, a lost
    /// session) is thrown.
    Optional<PgFailure> attempt(String sql) throws InterruptedException {
        session.script("SAVEPOINT attempt");
        try {
            session.script(sql);
            session.script("RELEASE SAVEPOINT attempt");
            return Optional.empty();
        } catch (SessionLost lost) {
            throw lost;
        } catch (PgFailure refused) {
            if (refused.isTransient() || refused.isCancelled() || CONFLICTS.contains(refused.sqlState())) {
                throw refused;
            }
            session.script("ROLLBACK TO SAVEPOINT attempt");
            return Optional.of(refused);
        }
    }

    void commit() throws InterruptedException {
        session.script("COMMIT");
    }

    void rollback() throws InterruptedException {
        session.script("ROLLBACK");
    }
}
