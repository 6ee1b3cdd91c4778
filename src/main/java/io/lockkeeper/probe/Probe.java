package io.lockkeeper.probe;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.ConnectFailure;
import io.lockkeeper.postgres.PgFailure;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.probe.ProbeReport.LatencyMs;
import io.lockkeeper.probe.ProbeReport.ServerSeen;
import io.lockkeeper.probe.ProbeReport.TlsSeen;
import io.lockkeeper.probe.ProbeReport.Tools;
import io.lockkeeper.target.Ability;
import io.lockkeeper.target.ConnectOptions;
import io.lockkeeper.target.RoleFacts;
import io.lockkeeper.target.TargetProblems;
import io.lockkeeper.target.Targets;
import io.quarkus.arc.All;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Looks at a target over one session and changes nothing there. Blocks, for seconds at most; for virtual threads.
@Singleton
public class Probe {
    /// For connecting; the queries have the rest of the ten seconds that a probe may take.
    private static final Duration CONNECT_BOUND = Duration.ofSeconds(5);
    private static final Duration CALL_BOUND = Duration.ofSeconds(3);
    private static final List<String> PROGRAMS = List.of("pg_dump", "pg_restore", "psql");

    private static final String NOW = "SELECT clock_timestamp() AS now";

    private static final String SEE_TLS = "SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

    private static final String SEE_ROLE = """
            SELECT r.rolname, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolreplication, r.rolbypassrls, r.rolconnlimit,
                   pg_has_role(d.datdba, 'USAGE') AS owns,
                   has_database_privilege(d.oid, 'CONNECT') AS connect,
                   coalesce((SELECT has_schema_privilege(n.oid, 'CREATE') FROM pg_namespace n WHERE n.nspname = 'public'),
                            false) AS create_in_public
            FROM pg_roles r, pg_database d
            WHERE r.rolname = current_user AND d.datname = current_database()""";

    private static final String SEE_PREDEFINED_ROLES =
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^pg_' AND pg_has_role(oid, 'USAGE') ORDER BY rolname";

    private static final String SEE_SERVER = """
            SELECT pg_is_in_recovery() AS standby,
                   current_setting('transaction_read_only')::boolean AS read_only,
                   current_setting('max_connections')::int AS max_connections,
                   current_setting('superuser_reserved_connections')::int
                       + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
                   (SELECT coalesce(sum(numbackends), 0)::int FROM pg_stat_database) AS used""";

    private static final String SEE_SETTINGS = """
            SELECT name, current_setting(name) AS value
            FROM pg_settings
            WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'idle_session_timeout',
                           'transaction_timeout', 'deadlock_timeout', 'wal_level', 'server_encoding', 'TimeZone')""";

    private final Targets targets;
    private final List<Ability> abilities;
    private final Optional<List<Path>> toolDirectories;

    Probe(
            Targets targets,
            @All List<Ability> abilities,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.targets = targets;
        this.abilities = abilities;
        this.toolDirectories = toolDirectories;
    }

    public ProbeReport of(String target) throws InterruptedException {
        return of(target, () -> open(target));
    }

    /// The same over a session that the caller opens; it is closed afterwards.
    ProbeReport of(String target, Opening opening) throws InterruptedException {
        long start = System.nanoTime();
        try (PgSession session = opening.open()) {
            double connect = milliseconds(start);
            return look(target, session.within(CALL_BOUND), connect);
        } catch (ConnectFailure failure) {
            throw new Refused(TargetProblems.of(target, failure));
        } catch (PgFailure failure) {
            throw new Refused(Problem.of(
                    502,
                    "target-probe-failed",
                    "Probe failed",
                    "Target " + target + " let us in, and then failed (" + failure.sqlState() + ")."));
        }
    }

    @FunctionalInterface
    interface Opening {
        PgSession open() throws InterruptedException;
    }

    private PgSession open(String target) throws InterruptedException {
        var options =
                ConnectOptions.named("lockkeeper/probe").within(CONNECT_BOUND).with(Map.of("statement_timeout", "3s"));
        return targets.connect(target, options);
    }

    private ProbeReport look(String target, PgSession session, double connect) throws InterruptedException {
        Clocks clocks = Clocks.compare(session);
        RoleFacts role = role(session);
        return new ProbeReport(
                target,
                true,
                session.serverVersion(),
                session.serverMajor(),
                new LatencyMs(connect, clocks.roundTripMs()),
                tls(session),
                role,
                abilities(role, session),
                tools(session.serverMajor()),
                clocks.skewMs(),
                server(session),
                coverage(role),
                Instant.now());
    }

    /// The shortest of a few round trips tells the latency best, and the clocks' difference most exactly.
    private record Clocks(double roundTripMs, long skewMs) {
        static Clocks compare(PgSession session) throws InterruptedException {
            Clocks best = null;
            for (int i = 0; i < 3; i++) {
                long start = System.nanoTime();
                Instant before = Instant.now();
                Instant there =
                        session.one(NOW).get(OffsetDateTime.class, "now").toInstant();
                double roundTrip = milliseconds(start);
                if (best == null || roundTrip < best.roundTripMs) {
                    Instant middle = before.plusNanos((long) (roundTrip * 500_000));
                    best = new Clocks(roundTrip, Duration.between(middle, there).toMillis());
                }
            }
            return best;
        }
    }

    private static TlsSeen tls(PgSession session) throws InterruptedException {
        var requested = session.server().tls().mode();
        return session.maybe(SEE_TLS)
                .map(row -> new TlsSeen(
                        requested, row.getBoolean("ssl"), row.getString("version"), row.getString("cipher")))
                .orElseGet(() -> new TlsSeen(requested, requested.encrypted(), null, null));
    }

    private static RoleFacts role(PgSession session) throws InterruptedException {
        Row row = session.one(SEE_ROLE);
        List<String> predefined = session.query(SEE_PREDEFINED_ROLES).stream()
                .map(member -> member.getString("rolname"))
                .toList();
        return new RoleFacts(
                row.getString("rolname"),
                row.getBoolean("rolsuper"),
                row.getBoolean("rolcreatedb"),
                row.getBoolean("rolcreaterole"),
                row.getBoolean("rolreplication"),
                row.getBoolean("rolbypassrls"),
                row.getInteger("rolconnlimit"),
                row.getBoolean("owns"),
                row.getBoolean("connect"),
                row.getBoolean("create_in_public"),
                predefined);
    }

    private Map<String, String> abilities(RoleFacts role, PgSession session) throws InterruptedException {
        Map<String, String> told = new TreeMap<>();
        for (Ability ability : abilities) {
            List<String> lacks = ability.lacks(role, session);
            told.put(ability.kind(), lacks.isEmpty() ? "ok" : String.join("; ", lacks));
        }
        return told;
    }

    private Tools tools(int serverMajor) throws InterruptedException {
        try {
            return new Tools(
                    ClientTools.forServer(serverMajor, PROGRAMS, toolDirectories.orElse(List.of()))
                            .major(),
                    null);
        } catch (ClientTools.Missing missing) {
            return new Tools(null, missing.getMessage());
        }
    }

    private static ServerSeen server(PgSession session) throws InterruptedException {
        Row row = session.one(SEE_SERVER);
        Map<String, String> settings = new LinkedHashMap<>();
        for (Row setting : session.query(SEE_SETTINGS)) {
            settings.put(setting.getString("name"), setting.getString("value"));
        }
        return new ServerSeen(
                row.getBoolean("standby"),
                row.getBoolean("read_only"),
                row.getInteger("max_connections"),
                row.getInteger("reserved"),
                row.getInteger("used"),
                settings);
    }

    private static List<String> coverage(RoleFacts role) {
        List<String> unseen = new ArrayList<>();
        if (!role.is("pg_read_all_stats")) {
            unseen.add("what other roles' sessions do: without pg_monitor, pg_stat_activity hides their statements");
        }
        if (!role.is("pg_read_all_settings")) {
            unseen.add("settings that only superusers may see: without pg_monitor, pg_settings leaves them out");
        }
        if (!role.superuser()) {
            unseen.add("pg_hba.conf and the privileges on large objects");
        }
        return unseen;
    }

    private static double milliseconds(long start) {
        return Math.round((System.nanoTime() - start) / 10_000.0) / 100.0;
    }
}
