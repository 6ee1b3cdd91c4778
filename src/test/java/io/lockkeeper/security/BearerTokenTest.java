package io.lockkeeper.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BearerTokenTest {
    @Test
    void isRecognisedByTheHashOfItsSecret() {
        String secret = BearerToken.freshSecret();

        BearerToken presented = BearerToken.parse(BearerToken.text(3, secret)).orElseThrow();

        assertThat(presented.hasHash(BearerToken.ofSecret(secret).hash())).isTrue();
        assertThat(presented.hasHash(
                        BearerToken.ofSecret(BearerToken.freshSecret()).hash()))
                .isFalse();
    }

    @Test
    void has256RandomBits() {
        Set<String> secrets = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            secrets.add(BearerToken.freshSecret());
        }

        assertThat(secrets).hasSize(1000).allMatch(secret -> secret.length() == 43);
    }

    @Test
    void doesNotShowItself() {
        String text = BearerToken.text(3, BearerToken.freshSecret());

        assertThat(BearerToken.parse(text).orElseThrow()).hasToString("lk_***");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "lk_1_short",
                "only-31-characters-in-this-text",
                "a text with blanks that is long enough to be one"
            })
    void cannotBeJustAnything(String text) {
        assertThat(BearerToken.parse(text)).isEmpty();
    }

    @Test
    void cannotBeWithoutEnd() {
        assertThat(BearerToken.parse("a".repeat(513))).isEmpty();
    }
}
