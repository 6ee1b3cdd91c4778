package io.lockkeeper.timeout;

import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.ServerIdentity;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A server as its catalogue has it at one moment, to compute what logins get, and to compare with what they got.
///
/// @param since sessions that began before may still have other values
record Scene(ServerSettings server, Image image, ServerIdentity identity, Instant since) {

    /// @param session one that has changed no setting for itself
    static Scene read(PgSession session, Instant since) throws InterruptedException {
        ServerSettings server = ServerSettings.read(session);
        return new Scene(server, Image.read(session, server.auto()), ServerIdentity.of(session), since);
    }

    Optional<Effective> computed(ServerSetting setting, @Nullable String database, @Nullable String role) {
        return Effective.of(setting, server, image, database, role);
    }
}
