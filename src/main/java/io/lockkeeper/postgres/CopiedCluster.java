package io.lockkeeper.postgres;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/// A data directory that was copied from somebody's server. Nothing of what its owner set is kept: who may come in,
/// where its log goes, whom it follows, what it loads. Recovery runs in single-user mode, where nobody can connect, and
/// at its end a superuser is made whose password we know.
final class CopiedCluster {
    private static final Duration LONGEST = Duration.ofDays(2);
    private static final Path SHELL = Path.of("/bin/sh");
    private static final int LAST_LINES = 40;
    private static final String OURS_ALONE = "rw-------";
    private static final List<String> GONE = List.of(
            "postmaster.pid",
            "postmaster.opts",
            "standby.signal",
            "recovery.signal",
            "recovery.conf",
            "current_logfiles");
    private static final Map<String, String> OWN_FILES = Map.of(
            "postgresql.conf", "",
            "postgresql.auto.conf", "",
            "pg_ident.conf", "",
            "pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n");

    /// Of these a copy may need more than a server of ours: prepared transactions come back in recovery.
    private static final Map<String, String> ROOMY =
            Map.of("max_prepared_transactions", "500", "max_locks_per_transaction", "256", "hot_standby", "off");

    /// Libraries that a role or a database has loaded at the start of each session, and that may not be here: without
    /// them nobody gets in. On one line, for in single-user mode its end is the statement's.
    private static final String LOAD_NOTHING = """
            DO $$ DECLARE s record; g text; BEGIN
            FOREACH g IN ARRAY ARRAY['session_preload_libraries', 'local_preload_libraries'] LOOP
            FOR s IN SELECT d.datname, r.rolname, c.setdatabase, c.setrole FROM pg_catalog.pg_db_role_setting c
            LEFT JOIN pg_catalog.pg_database d ON d.oid = c.setdatabase
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = c.setrole
            WHERE EXISTS (SELECT FROM pg_catalog.unnest(c.setconfig) AS v WHERE v LIKE g || '=%') LOOP
            IF s.setrole = 0 AND s.setdatabase = 0 THEN EXECUTE pg_catalog.format('ALTER ROLE ALL RESET %I', g);
            ELSIF s.setrole = 0 THEN EXECUTE pg_catalog.format('ALTER DATABASE %I RESET %I', s.datname, g);
            ELSIF s.setdatabase = 0 THEN EXECUTE pg_catalog.format('ALTER ROLE %I RESET %I', s.rolname, g);
            ELSE EXECUTE pg_catalog.format('ALTER ROLE %I IN DATABASE %I RESET %I', s.rolname, s.datname, g);
            END IF; END LOOP; END LOOP; END $$;""";

    private final PostgresBinaries binaries;
    private final Path home;
    private final Map<String, String> settings;
    private final String superuser = "lockkeeper_" + random(4);

    CopiedCluster(PostgresBinaries binaries, Path home, Map<String, String> settings) {
        this.binaries = binaries;
        this.home = home;
        this.settings = new TreeMap<>(settings);
        this.settings.putAll(ROOMY);
    }

    String superuser() {
        return superuser;
    }

    /// Of the server that comes after the recovery as well.
    Map<String, String> settings() {
        return settings;
    }

    void recover(Recovery recovery) throws IOException, InterruptedException {
        neutralise(recovery);
        String password = random(24);
        secretFile(home.resolve("password"), password + "\n");
        Path statements = secretFile(home.resolve("superuser.sql"), statements(password));
        Unprivileged user = Unprivileged.reaching(home, binaries.directory());
        try {
            user.giveAll(home);
            run(user, recovery, statements);
        } catch (TimeoutException late) {
            throw new RecoveryFailure("recovery did not end within " + LONGEST.toHours() + " hours");
        } finally {
            Files.deleteIfExists(statements);
        }
    }

    private String statements(String password) {
        return "CREATE ROLE " + superuser + " SUPERUSER LOGIN PASSWORD '" + password + "';\n"
                + LOAD_NOTHING.replace('\n', ' ') + "\n";
    }

    private void neutralise(Recovery recovery) throws IOException {
        for (String name : GONE) {
            Files.deleteIfExists(data().resolve(name));
        }
        for (Map.Entry<String, String> file : OWN_FILES.entrySet()) {
            Files.writeString(data().resolve(file.getKey()), file.getValue());
        }
        if (recovery.archive() != null) {
            Files.createFile(data().resolve("recovery.signal"));
        }
    }

    private void run(Unprivileged user, Recovery recovery, Path statements)
            throws IOException, InterruptedException, TimeoutException {
        Deque<String> last = new ArrayDeque<>();
        int exitCode;
        try (BufferedWriter log = Files.newBufferedWriter(
                home.resolve("recovery.log"), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            ChildProcess postgres = ChildProcess.start(
                    user.command(SHELL, List.of("-c", commandLine(recovery, statements))),
                    line -> keep(line, last, log));
            try {
                exitCode = postgres.waitFor(LONGEST);
            } finally {
                postgres.end(Duration.ofSeconds(1));
            }
        }
        if (exitCode != 0) {
            throw new RecoveryFailure(String.join("\n", last));
        }
    }

    private static void keep(String line, Deque<String> last, BufferedWriter log) {
        if (last.size() == LAST_LINES) {
            last.removeFirst();
        }
        last.addLast(line);
        try {
            log.write(line);
            log.newLine();
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    private String commandLine(Recovery recovery, Path statements) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putAll(recovery.settings());
        List<String> words = new ArrayList<>(List.of(
                "exec", quoted(binaries.program("postgres").toString()), "--single", "-D", quoted(data().toString())));
        all.forEach((name, value) -> words.addAll(List.of("-c", quoted(name + "=" + value))));
        words.addAll(List.of("template1", "<", quoted(statements.toString())));
        return words.stream().collect(Collectors.joining(" "));
    }

    private Path data() {
        return home.resolve("data");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    private static Path secretFile(Path file, String secret) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OURS_ALONE)));
        return Files.writeString(file, secret);
    }

    private static String random(int bytes) {
        byte[] secret = new byte[bytes];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }
}
