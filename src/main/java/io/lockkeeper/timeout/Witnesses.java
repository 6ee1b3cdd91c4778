package io.lockkeeper.timeout;

import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.ServerIdentity;
import io.lockkeeper.target.ConnectOptions;
import io.lockkeeper.target.Neighbours;
import io.lockkeeper.target.TargetLogin;
import io.lockkeeper.target.Targets;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/// Logs in as other roles of a server, through the targets that are registered for them there, to see what they really
/// get. Each login is one session that reads its own settings and ends. Blocks; for virtual threads.
@Singleton
class Witnesses {
    static final int MOST_LOGINS = 20;

    private static final Duration LOGIN_BOUND = Duration.ofSeconds(3);
    private static final Duration ALL_BOUND = Duration.ofSeconds(30);

    private static final String BEGAN =
            "SELECT backend_start AS began FROM pg_stat_activity WHERE pid = pg_backend_pid()";
    // Of tcp_*, `setting` is what the operating system makes of it.
    private static final String GOT = """
            SELECT name, CASE WHEN name LIKE 'tcp\\_%' THEN reset_val ELSE setting END AS setting, source
            FROM pg_settings WHERE name = ANY ($1)""";

    private final Targets targets;
    private final Neighbours neighbours;

    Witnesses(Targets targets, Neighbours neighbours) {
        this.targets = targets;
        this.neighbours = neighbours;
    }

    /// Who can be asked to log in where.
    record Login(TargetLogin through, String database) {
        String role() {
            return through.username();
        }

        private boolean isAtHome() {
            return through.database().equals(database);
        }
    }

    /// The logins, of those that the server lets in, that take values from these places, the most special
    /// places first; a place of no database is seen from the one that the role's target is registered for.
    List<Login> of(long target, Collection<Place> places, Cluster cluster) throws InterruptedException {
        List<TargetLogin> here = neighbours.of(target);
        Map<List<String>, Login> logins = new LinkedHashMap<>();
        for (Place place : new TreeSet<>(places).descendingSet()) {
            for (TargetLogin one : here) {
                Login login = new Login(one, Objects.requireNonNullElse(place.database(), one.database()));
                if (place.reaches(login.database(), login.role()) && cluster.letsIn(login.role(), login.database())) {
                    logins.merge(
                            List.of(login.role(), login.database()),
                            login,
                            (first, other) -> !first.isAtHome() && other.isAtHome() ? other : first);
                }
            }
        }
        return List.copyOf(logins.values());
    }

    /// @param wants the settings of interest, each to the logins that its place reaches
    List<Observation> observe(List<Login> logins, List<Want> wants, Scene scene) throws InterruptedException {
        long deadline = System.nanoTime() + ALL_BOUND.toNanos();
        List<Observation> observations = new ArrayList<>();
        for (Login login : logins.subList(0, Math.min(logins.size(), MOST_LOGINS))) {
            List<String> names = wants.stream()
                    .filter(want -> want.place().reaches(login.database(), login.role()))
                    .map(Want::name)
                    .distinct()
                    .toList();
            observations.add(
                    System.nanoTime() < deadline
                            ? observe(login, names, scene)
                            : not(login, "the logins before it took all of the " + ALL_BOUND.toSeconds() + " s"));
        }
        return observations;
    }

    Observation observe(Login login, Collection<String> names, Scene scene) throws InterruptedException {
        var options = ConnectOptions.named("lockkeeper/observe").within(LOGIN_BOUND);
        try (PgSession session = targets.connect(login.through().id(), login.database(), options)) {
            PgSession asked = session.within(LOGIN_BOUND);
            Optional<String> unfit = unfit(login, asked, scene);
            return unfit.isPresent() ? not(login, unfit.get()) : seen(login, names, asked, scene);
        } catch (ConnectFailure failure) {
            return not(login, failure.getMessage());
        } catch (PgFailure failure) {
            return not(login, "the server let it in, and then failed (" + failure.sqlState() + ")");
        } catch (Refused refused) {
            return not(login, refused.problem().detail());
        }
    }

    private static Optional<String> unfit(Login login, PgSession session, Scene scene) throws InterruptedException {
        if (!ServerIdentity.of(session).isSameAs(scene.identity())) {
            return Optional.of("target " + login.through().name()
                    + " is another server behind the same address, or it was started again just now");
        }
        return session.one(BEGAN).getOffsetDateTime("began").toInstant().isBefore(scene.since())
                ? Optional.of("a pooler in between gave it a session that is older than the change")
                : Optional.empty();
    }

    private static Observation seen(Login login, Collection<String> names, PgSession session, Scene scene)
            throws InterruptedException {
        Map<String, Effective> settings = new TreeMap<>();
        List<String> deviations = new ArrayList<>();
        for (Row row : session.query(GOT, (Object) names.toArray(String[]::new))) {
            ServerSetting setting = scene.server().named(row.getString("name")).orElseThrow();
            Optional<Effective> computed = scene.computed(setting, login.database(), login.role());
            Effective got = got(setting, row, computed);
            settings.put(setting.name(), got);
            computed.filter(each -> !setting.canonical(each.value()).equals(setting.canonical(got.value())))
                    .ifPresent(each -> deviations.add(setting.name() + " is " + got.value() + " (" + got.source()
                            + "), and should be " + each.value() + " (" + each.source() + ")"));
        }
        return new Observation(login.role(), login.database(), login.through().name(), null, settings, deviations);
    }

    private static Effective got(ServerSetting setting, Row row, Optional<Effective> computed) {
        String source = row.getString("source");
        String place = computed.filter(each -> each.source().equals(source))
                .map(Effective::place)
                .orElse(null);
        return new Effective(setting.show(row.getString("setting")), source, place);
    }

    private static Observation not(Login login, String because) {
        return new Observation(login.role(), login.database(), login.through().name(), because, Map.of(), List.of());
    }
}
