package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.timeout.TimeoutPolicyResult.Change;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// What a policy has come to: what the catalogue says, what PostgreSQL makes of it, and what a real login
/// got.
record Proof(Inspection look, Trial trial) {
    private static final String OBSERVE = "SELECT name, setting, source FROM pg_settings WHERE name = ANY ($1)";

    TimeoutPolicyResult planned() {
        return result(false, null, trial.after(), look.server(), Map.of());
    }

    /// @param login a session that began after the commit
    TimeoutPolicyResult proved(Instant at, PgSession session, PgSession login) throws InterruptedException {
        ServerSettings server = ServerSettings.read(login);
        Map<String, Effective> observed = new HashMap<>();
        for (Row row : login.query(OBSERVE, (Object) KnownSettings.names().toArray(String[]::new))) {
            String value = server.named(row.getString("name")).orElseThrow().show(row.getString("setting"));
            observed.put(row.getString("name"), new Effective(value, row.getString("source"), null));
        }
        return result(true, at, Image.read(session, server.auto()), server, observed);
    }

    private TimeoutPolicyResult result(
            boolean applied, Instant at, Image image, ServerSettings server, Map<String, Effective> observed) {
        List<Change> changes = trial.wants().stream()
                .map(want -> change(want, image, server, observed))
                .toList();
        return new TimeoutPolicyResult(applied, at, changes, trial.findings(), notes(), server.coverage());
    }

    private Change change(Want want, Image image, ServerSettings server, Map<String, Effective> observed) {
        Place place = want.place();
        ServerSetting setting = server.named(want.name()).orElseThrow();
        boolean ours = place.reaches(look.cluster().here(), look.cluster().self());
        return new Change(
                place,
                want.name(),
                trial.before().at(place).value(want.name()),
                want.value(),
                image.at(place).value(want.name()),
                Effective.of(setting, server, image, place.database(), place.role())
                        .orElse(null),
                Effective.overriding(place, setting, image).stream()
                        .map(Place::toString)
                        .toList(),
                ours ? observed.get(want.name()) : null);
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        trial.wants().stream()
                .map(want -> want.place().role())
                .filter(Objects::nonNull)
                .distinct()
                .forEach(role -> {
                    if (!look.cluster().roles().get(role).login()) {
                        notes.add("role " + role
                                + " cannot log in: what it keeps reaches nobody, for members do not inherit settings");
                    }
                });
        boolean guardrail = Stream.of(Scope.ROLE, Scope.ROLE_IN_DATABASE, Scope.DATABASE)
                .anyMatch(scope ->
                        trial.wants().stream().anyMatch(want -> want.place().scope() == scope));
        if (guardrail) {
            notes.add(
                    "a guard rail, not a wall: each role may set most timeouts for itself, and each session for itself");
        }
        return notes;
    }
}
