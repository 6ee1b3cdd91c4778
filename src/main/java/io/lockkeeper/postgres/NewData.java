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

    void make() throws IOException, InterruptedException, TimeoutException {
        BundledPostgres.delete(unfinished());
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        String password = HexFormat.of().formatHex(secret);
        Path forUs = secretFile(plan.home().resolve("password"), password);
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
        arguments.addAll(List.of("--pwfile=" + passwordFile, "-E", "UTF8", "--locale=C", "--data-checksums"));
        if (plan.binaries().major() >= 17) {
            arguments.addAll(List.of("--locale-provider=builtin", "--builtin-locale=C.UTF-8"));
        }
        if ("off".equals(plan.settings().get("fsync"))) {
            arguments.add("--no-sync");
        }
        return arguments;
    }

    private static Path secretFile(Path file, String secret) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, secret + "\n");
    }
}
