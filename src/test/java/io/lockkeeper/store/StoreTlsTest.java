package io.lockkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `sslmode` means the same to the client that serves and to the one that migrates: both against a server
/// with a certificate for `localhost`, which it does not have for `127.0.0.1`.
class StoreTlsTest {
    @TempDir
    static Path directory;

    private static TlsServer server;

    @BeforeAll
    static void startAServerWithACertificate() throws Exception {
        server = TlsServer.start(directory);
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @Test
    void encryptsWhenRequired() throws Exception {
        assertThat(encrypted(access("127.0.0.1", "require", null))).containsExactly(true, true);
    }

    @Test
    void prefersEncryptionByDefaultAndCanDoWithout() throws Exception {
        assertThat(encrypted(access("127.0.0.1", "prefer", null))).containsExactly(true, true);
        assertThat(encrypted(access("127.0.0.1", "disable", null))).containsExactly(false, false);
    }

    @Test
    void verifiesAuthorityAndName() throws Exception {
        assertThat(encrypted(access("localhost", "verify-full", server.trusted())))
                .containsExactly(true, true);
        assertThat(encrypted(access("127.0.0.1", "verify-ca", server.trusted())))
                .containsExactly(true, true);
    }

    @Test
    void refusesAnotherName() {
        refusedByBoth(access("127.0.0.1", "verify-full", server.trusted()));
    }

    @Test
    void refusesAnotherAuthority() {
        refusedByBoth(access("localhost", "verify-full", server.stranger()));
        refusedByBoth(access("localhost", "verify-ca", server.stranger()));
        refusedByBoth(access("localhost", "require", server.stranger()));
    }

    private static void refusedByBoth(StoreAccess access) {
        assertThatThrownBy(() -> ReactiveByConfiguration.isEncrypted(access)).isNotNull();
        assertThatThrownBy(() -> encryptedByJdbc(access)).isNotNull();
    }

    private static boolean[] encrypted(StoreAccess access) throws Exception {
        return new boolean[] {ReactiveByConfiguration.isEncrypted(access), encryptedByJdbc(access)};
    }

    private static boolean encryptedByJdbc(StoreAccess access) throws Exception {
        try (Connection connection = Jdbc.connect(access.owner());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(ReactiveByConfiguration.IS_ENCRYPTED)) {
            rows.next();
            return rows.getBoolean(1);
        }
    }

    private static StoreAccess access(String host, String mode, Path certificate) {
        return StoreAccess.from(server.environment(host, mode, certificate)::get)
                .orElseThrow();
    }
}
