package io.lockkeeper.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.postgres.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealTest {
    private static final SealKey KEY = new SealKey(new byte[32]);
    private static final Secret SECRET = new Secret("correct horse");

    private final Seal seal = new Seal(KEY);

    @TempDir
    Path folder;

    @Test
    void opensWhatItClosed() {
        String sealed = seal.close("orders", "credential", SECRET);
        assertThat(sealed).startsWith("v1:" + KEY.id() + ":").doesNotContain("horse");
        assertThat(seal.open("orders", "credential", sealed)).isEqualTo(SECRET);
    }

    @Test
    void neverClosesTheSameWayTwice() {
        assertThat(seal.close("orders", "credential", SECRET)).isNotEqualTo(seal.close("orders", "credential", SECRET));
    }

    @Test
    void refusesATextThatWasMovedToAnotherTargetOrField() {
        String sealed = seal.close("orders", "credential", SECRET);
        assertThatThrownBy(() -> seal.open("payments", "credential", sealed)).isInstanceOf(Seal.Broken.class);
        assertThatThrownBy(() -> seal.open("orders", "key", sealed)).isInstanceOf(Seal.Broken.class);
    }

    @Test
    void refusesATextThatWasChanged() {
        String sealed = seal.close("orders", "credential", SECRET);
        char last = sealed.charAt(sealed.length() - 2) == 'A' ? 'B' : 'A';
        String changed = sealed.substring(0, sealed.length() - 2) + last + sealed.charAt(sealed.length() - 1);
        for (String broken : new String[] {changed, "v2" + sealed.substring(2), "", "v1:::", sealed + ":x"}) {
            assertThatThrownBy(() -> seal.open("orders", "credential", broken))
                    .as(broken)
                    .isInstanceOf(Seal.Broken.class);
        }
    }

    @Test
    void tellsAnotherKeyByItsId() {
        byte[] other = new byte[32];
        other[0] = 1;
        String sealed = new Seal(new SealKey(other)).close("orders", "credential", SECRET);
        assertThatThrownBy(() -> seal.open("orders", "credential", sealed))
                .isInstanceOf(Seal.Broken.class)
                .hasMessageContaining("sealed with the key " + new SealKey(other).id());
    }

    @Test
    void makesADevelopersKeyOncePrivately() throws Exception {
        Path file = folder.resolve("home/seal-key");
        SealKey made = SealKeys.kept(file);
        assertThat(SealKeys.kept(file).id()).isEqualTo(made.id());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(file.getParent())) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void refusesKeysThatAreNone() throws Exception {
        Path file = Files.writeString(folder.resolve("key"), Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        assertThat(SealKeys.configured(config(null, file))).isPresent();
        assertThat(SealKeys.configured(config(null, null))).isEmpty();
        assertThatThrownBy(() -> SealKeys.configured(config("c2hvcnQ=", null)))
                .hasMessageContaining("32 bytes")
                .hasMessageNotContaining("c2hvcnQ");
        assertThatThrownBy(() -> SealKeys.configured(config("not base64!", null)))
                .hasMessageContaining("base64");
        assertThatThrownBy(() -> SealKeys.configured(config("c2hvcnQ=", file))).hasMessageContaining("not both");
        assertThatThrownBy(() -> SealKeys.configured(config(null, folder.resolve("absent"))))
                .hasMessageContaining("cannot be read");
    }

    private static SealConfig config(String key, Path file) {
        return new SealConfig() {
            @Override
            public Optional<String> key() {
                return Optional.ofNullable(key);
            }

            @Override
            public Optional<Path> keyFile() {
                return Optional.ofNullable(file);
            }

            @Override
            public boolean generate() {
                return false;
            }
        };
    }
}
