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
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Reads the timeouts of a target over one session, and changes nothing there. Blocks; for virtual threads.
@Singleton
class TimeoutsReader {
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(5);
    private static final Duration CALL_BOUND = Duration.ofSeconds(3);
    private static final int MOST_ROLES = 200;
    private static final String ASK = "nobody tried; ask for this role alone, with ?role=";
    private static final String NOBODY = "no target on this server is registered for this role";

    private final Targets targets;
    private final PolicyStore policies;
    private final Witnesses witnesses;

    TimeoutsReader(Targets targets, PolicyStore policies, Witnesses witnesses) {
        this.targets = targets;
        this.witnesses = witnesses;
        this.policies = policies;
    }

    /// @param role null: every role that can log in
    /// @param database null: the target's own
    TimeoutsReport read(String target, @Nullable String role, @Nullable String database) throws InterruptedException {
        TargetFacts facts = targets.find(target).orElseThrow(() -> new Refused(Problem.notFound("target " + target)));
        List<StoredPolicy> known = policies.ended(facts.id());
        // Without settings of its own: what this session gets is what any login of this role gets.
        var options = ConnectOptions.named("lockkeeper/timeouts").within(CONNECT_BOUND);
        try (PgSession session = targets.connect(facts.id(), options)) {
            return read(facts, session.within(CALL_BOUND), known, role, database);
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

    private TimeoutsReport read(
            TargetFacts target, PgSession session, List<StoredPolicy> known, String role, String database)
            throws InterruptedException {
        Instant at = TimeoutPolicyJob.now(session);
        Scene scene = Scene.read(session, at);
        String into = database == null ? session.server().database() : database;
        Cluster cluster = Cluster.read(session, Set.of(), Set.of(into));
        if (!cluster.has(Place.of(into, role))) {
            throw new Refused(Problem.notFound("such role or database on target " + target.name()));
        }
        List<StoredPolicy> applied =
                known.stream().filter(policy -> policy.appliedAt() != null).toList();
        List<String> logins = role == null ? logins(cluster) : List.of(role);
        Optional<Observation> seen = seen(target, role == null ? cluster.self() : role, into, cluster, scene);
        OldSessions old = OldSessions.find(session, applied);
        return new TimeoutsReport(
                target.name(),
                session.serverVersion(),
                applied.stream()
                        .filter(StoredPolicy::inForce)
                        .map(StoredPolicy::id)
                        .toList(),
                Unsettled.among(known, scene.image(), scene.server()),
                logins.stream()
                        .limit(MOST_ROLES)
                        .map(each -> login(each, into, seen, why(role, into, cluster), scene))
                        .toList(),
                Drift.between(applied, scene.image(), scene.server()),
                old.found(),
                coverage(logins, old, scene.server()),
                at);
    }

    private static List<String> logins(Cluster cluster) {
        return cluster.roles().entrySet().stream()
                .filter(role -> role.getValue().login())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String why(@Nullable String asked, String into, Cluster cluster) {
        if (cluster.shut().contains(into)) {
            return "the database accepts no connections";
        }
        return asked == null ? ASK : cluster.letsIn(asked, into) ? NOBODY : "the role may not log in there";
    }

    /// A real login, if any target is registered for this role on this server.
    private Optional<Observation> seen(TargetFacts target, String role, String into, Cluster cluster, Scene scene)
            throws InterruptedException {
        List<Witnesses.Login> logins = witnesses.of(target.id(), List.of(Place.of(into, role)), cluster);
        return logins.isEmpty()
                ? Optional.empty()
                : Optional.of(witnesses.observe(logins.getFirst(), KnownSettings.names(), scene));
    }

    /// Computed, and what a real login got instead, if there was one.
    ///
    /// @param because why there was none, if nobody tried
    private static TimeoutsReport.Login login(
            String role, String database, Optional<Observation> seen, String because, Scene scene) {
        Map<String, Effective> settings = new TreeMap<>();
        Optional<Observation> tried = seen.filter(each -> each.role().equals(role));
        for (ServerSetting setting : scene.server().all()) {
            if (setting.ofSessions()) {
                Optional<Effective> got = tried.map(each -> each.settings().get(setting.name()));
                got.or(() -> scene.computed(setting, database, role))
                        .ifPresent(each -> settings.put(setting.name(), each));
            }
        }
        return new TimeoutsReport.Login(
                role,
                database,
                tried.filter(Observation::made).isPresent(),
                tried.map(Observation::through).orElse(null),
                tried.isPresent() ? tried.get().because() : because,
                settings,
                tried.map(Observation::deviations).orElse(List.of()));
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
