package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeoutException;

/// Makes a server's data directory and the password of its superuser.
record NewData(PostgresServer.Plan plan, Unprivileged user) {
    private static final Duration INITDB = Duration.ofMinutes(3);
    private static final int CHECKSUMS_BY_DEFAULT_SINCE = 18;

    void make() throws IOException, InterruptedException, TimeoutException {
        BundledPostgres.delete(unfinished());
        String password = newPassword();
        Path forUs = writePassword(plan.home(), password);
        Path forInitdb = secretFile(plan.home().resolve("initdb-password"), password);
        try {
            user.give(forInitdb);
            ChildProcess.Ended initdb = ChildProcess.run(
                    user.command(plan.binaries().program("initdb"), initdbArguments(forInitdb)), INITDB);
            if (!initdb.well()) {
                Files.delete(forUs);
                throw new PostgresServer.Failure("initdb failed in " + plan.home() + ": " + initdb.text());
            }
            Files.move(unfinished(), plan.home().resolve("data"), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.delete(forInitdb);
        }
    }

    /// `initdb` works here; only what it finished is called `data`.
    private Path unfinished() {
        return plan.home().resolve("data-unfinished");
    }

    private List<String> initdbArguments(Path passwordFile) {
        List<String> arguments = new ArrayList<>(
                List.of("-D", unfinished().toString(), "-U", PostgresServer.SUPERUSER, "-A", "scram-sha-256"));
        arguments.addAll(List.of("--pwfile=" + passwordFile, "-E", "UTF8", "--locale=C"));
        if (plan.binaries().major() >= 17) {
            arguments.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
        }
        if (!isThrownAway()) {
            arguments.add("--data-checksums");
            return arguments;
        }
        arguments.add("--no-sync");
        if (plan.binaries().major() >= CHECKSUMS_BY_DEFAULT_SINCE) {
            arguments.add("--no-data-checksums");
        }
        return arguments;
    }

    /// Who does without fsync does without checksums, which make the server log every page that is read for the first
    // time.
    private boolean isThrownAway() {
        return "off".equals(plan.settings().get("fsync"));
    }

    static String newPassword() {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    static Path writePassword(Path home, String password) throws IOException {
        return secretFile(home.resolve("password"), password);
    }

    private static Path secretFile(Path file, String secret) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, secret + "\n");
    }
}
