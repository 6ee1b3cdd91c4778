package io.lockkeeper.timeout;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.target.ConnectOptions;
import io.lockkeeper.target.TargetFacts;
import io.lockkeeper.target.TargetProblems;
import io.lockkeeper.target.Targets;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the timeouts of a target over one session, and changes nothing there. Blocks; for virtual threads.
@Singleton
class TimeoutsReader {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(5);
    private static final Duration CALL_BOUND = Duration.ofSeconds(3);
    private static final int MOST_ROLES = 200;

    private final Targets targets;
    private final PolicyStore policies;

    TimeoutsReader(Targets targets, PolicyStore policies) {
        this.targets = targets;
        this.policies = policies;
    }

    /// @param role null: every role that can log in
    /// @param database null: the target's own
    TimeoutsReport read(String target, @Nullable String role, @Nullable String database) throws InterruptedException {
        TargetFacts facts = targets.find(target).orElseThrow(() -> new Refused(Problem.notFound("target " + target)));
        List<StoredPolicy> applied = policies.applied(facts.id());
        // Without settings of its own: what this session gets is what any login of this role gets.
        var options = ConnectOptions.named("lockkeeper/timeouts").within(CONNECT_BOUND);
        try (PgSession session = targets.connect(facts.id(), options)) {
            return read(target, session.within(CALL_BOUND), applied, role, database);
        } catch (ConnectFailure failure) {
            throw new Refused(TargetProblems.of(target, failure));
        } catch (PgFailure failure) {
            throw new Refused(Problem.of(
                    502,
                    "target-read-failed",
                    "Reading failed",
                    "Target " + target + " let us in, and then failed (" + failure.sqlState() + ")."));
        }
    }

    private static TimeoutsReport read(
            String target, PgSession session, List<StoredPolicy> applied, String role, String database)
            throws InterruptedException {
        ServerSettings server = ServerSettings.read(session);
        Cluster cluster = Cluster.read(session, Set.of());
        Image image = Image.read(session, server.auto());
        String into = database == null ? cluster.here() : database;
        if (!cluster.has(Place.of(into, role))) {
            throw new Refused(Problem.notFound("such role or database on target " + target));
        }
        List<String> logins = role == null ? logins(cluster) : List.of(role);
        OldSessions old = OldSessions.find(session, applied);
        return new TimeoutsReport(
                target,
                session.serverVersion(),
                applied.stream()
                        .filter(StoredPolicy::inForce)
                        .map(StoredPolicy::id)
                        .toList(),
                logins.stream()
                        .limit(MOST_ROLES)
                        .map(each -> login(each, into, server, cluster, image))
                        .toList(),
                Drift.between(applied, image, server),
                old.found(),
                coverage(logins, old, server),
                TimeoutPolicyJob.now(session));
    }

    private static List<String> logins(Cluster cluster) {
        return cluster.roles().entrySet().stream()
                .filter(role -> role.getValue().login())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static TimeoutsReport.Login login(
            String role, String database, ServerSettings server, Cluster cluster, Image image) {
        boolean ourselves = role.equals(cluster.self()) && database.equals(cluster.here());
        Map<String, Effective> settings = new TreeMap<>();
        for (ServerSetting setting : server.all()) {
            if (setting.ofSessions()) {
                var computed = Effective.of(setting, server, image, database, role);
                var effective = ourselves ? computed.map(one -> observed(setting, one)) : computed;
                effective.ifPresent(one -> settings.put(setting.name(), one));
            }
        }
        return new TimeoutsReport.Login(role, database, ourselves, settings);
    }

    /// Our own session is a login like any other: what it got has the last word.
    private static Effective observed(ServerSetting setting, Effective computed) {
        String place = setting.source().equals(computed.source()) ? computed.place() : null;
        return new Effective(setting.show(setting.resetValue()), setting.source(), place);
    }

    private static List<String> coverage(List<String> logins, OldSessions old, ServerSettings server) {
        List<String> unseen = new ArrayList<>(server.coverage());
        if (logins.size() > MOST_ROLES) {
            unseen.add("all but the first " + MOST_ROLES + " of " + logins.size() + " roles: ask for one with ?role=");
        }
        if (old.hidden() > 0) {
            unseen.add("the age of " + old.hidden()
                    + " sessions of other roles: without pg_monitor, pg_stat_activity hides it");
        }
        if (server.auto() == null) {
            unseen.add("what ALTER SYSTEM has set: Lockkeeper's role may not read pg_file_settings");
        }
        unseen.add("what sessions set for themselves, and what a pooler passes on at their start");
        return unseen;
    }
}
