package io.lockkeeper.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import io.lockkeeper.postgres.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretStoresTest {
    @TempDir
    Path folder;

    Path root;
    SecretStores stores;

    @BeforeEach
    void set() throws Exception {
        root = Files.createDirectory(folder.resolve("root"));
        Files.writeString(root.resolve("orders"), "secret\n");
        Files.writeString(folder.resolve("outside"), "forbidden");
        stores = new SecretStores(
                new EnvSecrets("APP_", Map.of("APP_ORDERS", "secret", "HOME", "/root", "APP_EMPTY", "")),
                new FileSecrets(root));
    }

    @Test
    void readsAVariableWithThePrefixAndAFileBelowTheRoot() throws Exception {
        assertThat(stores.resolve("env", "ORDERS")).isEqualTo(new Secret("secret"));
        assertThat(stores.resolve("file", "orders")).isEqualTo(new Secret("secret"));
        Files.createDirectories(root.resolve("..data/x"));
        Files.writeString(root.resolve("..data/x/password"), "linked");
        Files.createSymbolicLink(root.resolve("password"), Path.of("..data/x/password"));
        assertThat(stores.resolve("file", "password")).isEqualTo(new Secret("linked"));
    }

    @Test
    void readsNoVariableWithoutThePrefix() {
        assertThat(code("env", "HOME")).isEqualTo("secret-missing");
        assertThat(code("env", "../HOME")).isEqualTo("secret-key-malformed");
        assertThat(code("env", "EMPTY")).isEqualTo("secret-missing");
    }

    @Test
    void neverLeavesTheRoot() throws Exception {
        Files.createSymbolicLink(root.resolve("link"), folder.resolve("outside"));
        Files.createSymbolicLink(root.resolve("dir"), folder);
        assertThat(code("file", "link")).isEqualTo("secret-missing");
        assertThat(code("file", "dir/outside")).isEqualTo("secret-missing");
        for (String key : List.of(
                "../outside", "../../etc/passwd", "/etc/passwd", "a/../../outside", "a//b", "", ".hidden", "a\0b")) {
            assertThat(code("file", key)).as(key).isEqualTo("secret-key-malformed");
        }
    }

    @Test
    void readsOnlyRegularFilesOfASaneSize() throws Exception {
        Files.createDirectory(root.resolve("folder"));
        Files.write(root.resolve("large"), new byte[9000]);
        Files.write(root.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Files.writeString(root.resolve("empty"), "\n");
        new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start().waitFor();
        for (String key : List.of("folder", "large", "binary", "empty", "pipe", "absent")) {
            assertThat(code("file", key)).as(key).isEqualTo("secret-missing");
        }
    }

    @Test
    void tellsStoresThatAreUnknownOrOff() {
        assertThat(code("vault", "x")).isEqualTo("secret-store-unknown");
        assertThatThrownBy(() -> new SecretStores().resolve("env", "ORDERS"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.problem().code()).isEqualTo("secret-store-disabled"));
    }

    @Test
    void refusesAPrefixThatWouldGiveLockkeepersOwnSecretsAway() {
        for (String prefix : List.of("", " ", "LOCKKEEPER_", "L", "LOCKKEEPER_SEAL_KEY", "QUARKUS_")) {
            assertThatThrownBy(() -> new EnvSecrets(prefix, Map.of()))
                    .as(prefix)
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(new EnvSecrets("LOCKKEEPER_SECRET_", Map.of()).name()).isEqualTo("env");
    }

    private String code(String store, String key) {
        try {
            return stores.resolve(store, key).toString();
        } catch (Refused refused) {
            return refused.problem().code();
        }
    }
}
