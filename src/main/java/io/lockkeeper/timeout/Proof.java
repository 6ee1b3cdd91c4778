package io.lockkeeper.timeout;

import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.timeout.TimeoutPolicyResult.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a policy has come to: what the catalogue says, what PostgreSQL makes of it, and what real logins got.
record Proof(Inspection look, Trial trial) {

    TimeoutPolicyResult planned() {
        return result(
                null, trial.after(), look.server(), List.of(), look.server().coverage());
    }

    /// @param scene as it was after the commit
    /// @param logins all that could have been asked
    TimeoutPolicyResult proved(Scene scene, List<Observation> observed, List<Witnesses.Login> logins) {
        List<String> coverage = new ArrayList<>(scene.server().coverage());
        if (logins.size() > observed.size()) {
            coverage.add("all but the first " + observed.size() + " of the " + logins.size()
                    + " logins that registered targets could make");
        }
        trial.places().stream()
                .map(Place::role)
                .filter(role -> role != null && canLogIn(role))
                .distinct()
                .filter(role -> observed.stream().noneMatch(each -> each.role().equals(role)))
                .forEach(role -> coverage.add("what logins of role " + Identifiers.quote(role)
                        + " really get: no target on this server is registered for it, so it is only computed"));
        if (trial.places().stream().anyMatch(place -> place.role() == null)) {
            coverage.add("what logins really get of roles that no target on this server is registered for:"
                    + " it is only computed");
        }
        return result(scene.since(), scene.image(), scene.server(), observed, coverage);
    }

    private TimeoutPolicyResult result(
            @Nullable Instant at,
            Image image,
            ServerSettings server,
            List<Observation> observed,
            List<String> coverage) {
        List<Change> changes =
                trial.wants().stream().map(want -> change(want, image, server)).toList();
        return new TimeoutPolicyResult(at != null, at, changes, observed, trial.findings(), notes(), coverage);
    }

    private Change change(Want want, Image image, ServerSettings server) {
        Place place = want.place();
        ServerSetting setting = server.named(want.name()).orElseThrow();
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
                        .toList());
    }

    private boolean canLogIn(String role) {
        return look.cluster().roles().get(role).login();
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        trial.wants().stream()
                .map(want -> want.place().role())
                .filter(Objects::nonNull)
                .distinct()
                .filter(role -> !canLogIn(role))
                .forEach(role -> notes.add("role " + role
                        + " cannot log in: what it keeps reaches nobody, for members do not inherit settings"));
        trial.wants().stream()
                .map(want -> want.place().database())
                .filter(database -> look.cluster().shut().contains(database))
                .distinct()
                .forEach(database ->
                        notes.add("database " + database + " accepts no connections: what it keeps reaches nobody"));
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
