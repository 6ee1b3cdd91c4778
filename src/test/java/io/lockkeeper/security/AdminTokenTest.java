package io.lockkeeper.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the admin token comes from.
class AdminTokenTest {
    private static final String STRONG = "Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MGFiY2RlZmdo";

    @TempDir
    Path directory;

    @Test
    void isNotThereUnlessItIsProvided() {
        assertThat(new ProvidedToken(Optional.empty(), Optional.empty()).read()).isEmpty();
    }

    @Test
    void comesFromTheEnvironmentOrAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), STRONG + "\n");

        assertThat(new ProvidedToken(Optional.of(STRONG), Optional.empty()).read())
                .contains(STRONG);
        assertThat(new ProvidedToken(Optional.empty(), Optional.of(file)).read())
                .contains(STRONG);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "secret",
                "0123456789012345678901234567890",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "with a blank in it, and long enough to be one"
            })
    void refusesAWeakOne(String weak) {
        assertThatIllegalStateException()
                .isThrownBy(() -> new ProvidedToken(Optional.of(weak), Optional.empty()).read())
                .withMessageContaining("openssl rand")
                .withMessageNotContaining(weak);
    }

    @Test
    void refusesAFileThatIsNotThereAndTwoSourcesAtOnce() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new ProvidedToken(Optional.empty(), Optional.of(directory.resolve("none"))).read())
                .withMessageContaining("cannot be read");
        assertThatIllegalStateException()
                .isThrownBy(() -> new ProvidedToken(Optional.of(STRONG), Optional.of(directory)).read())
                .withMessageContaining("set one of them");
    }

    @Test
    void isMadeOnceInDevelopmentAndKeptForItsOwnerOnly() throws IOException {
        DevelopmentToken development = new DevelopmentToken(directory.resolve("home"));
        assertThat(development.read()).isEmpty();

        String made = development.replace();

        assertThat(development.read()).contains(made);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("home/admin-token"))))
                .isEqualTo("rw-------");
        assertThat(development.replace()).isNotEqualTo(made);
    }
}
