package io.lockkeeper.restore;

import io.lockkeeper.backup.BackupView;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.Identifiers;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// A backup that is a server again, for whoever wants to try something there that the original had better not see.
/// Whoever has it closes it, and nothing is left of it. For one thread.
public final class RestoredCopy implements AutoCloseable {
    private static final String HAS_ROLE = "SELECT FROM pg_roles WHERE rolname = $1";

    private final Restored restored;
    private final Restoration wanted;
    private final CopyAccess access;
    private final CopyDefinitions definitions;
    private final Secret password = new Secret(random());

    RestoredCopy(Restored restored, Restoration wanted, CopyAccess access, CopyDefinitions definitions) {
        this.restored = restored;
        this.wanted = wanted;
        this.access = access;
        this.definitions = definitions;
    }

    public BackupView backup() {
        return wanted.backup();
    }

    /// The state of its data, by the clock of the original.
    public Instant dataAt() {
        return restored.dataAt();
    }

    /// What is different from the original and may be, in sentences.
    public List<String> notes() {
        return restored.findings().notes();
    }

    /// A session of the superuser, whom nothing that the database sets can stop.
    public PgSession connect() throws InterruptedException {
        return access.connect(sandbox(), restored.database());
    }

    /// A session of one of the original's roles, with what it may and may not do there.
    ///
    /// @return nothing if the copy does not have that role
    public Optional<PgSession> connectAs(String role) throws InterruptedException {
        ServerAddress ours = sandbox().address(restored.database());
        if (role.equals(ours.username())) {
            return Optional.of(sandbox().connect(ours));
        }
        try (PgSession session = connect()) {
            if (session.query(HAS_ROLE, role).isEmpty()) {
                return Optional.empty();
            }
            session.script("ALTER ROLE " + Identifiers.quote(role) + " LOGIN CONNECTION LIMIT -1 VALID UNTIL 'infinity'"
                    + " PASSWORD '" + password.reveal() + "'");
        }
        return Optional.of(sandbox()
                .connect(new ServerAddress(
                        ours.host(),
                        ours.port(),
                        ours.database(),
                        role,
                        password,
                        ours.tls(),
                        ours.applicationName())));
    }

    /// All that is defined in it now. Rows are not looked at.
    public Fingerprint definitions() throws IOException, InterruptedException {
        return definitions.read(sandbox(), restored.database(), wanted.job());
    }

    /// A step of the job that talks to nobody but the copy: what goes wrong with its server is told as that.
    public <T> T step(String name, JobContext.Work<T> work) throws Exception {
        return wanted.phases().step(name, work);
    }

    /// @throws io.lockkeeper.postgres.SandboxFailure if its server has ended: whatever went wrong says nothing then
    public void demandLife() {
        sandbox().demandLife();
    }

    private Sandbox sandbox() {
        return restored.sandbox();
    }

    private static String random() {
        byte[] secret = new byte[24];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    @Override
    public void close() {
        restored.close();
    }
}
