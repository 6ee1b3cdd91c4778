package io.lockkeeper.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyKeyTest {
    @Test
    void digestsMethodPathAndBody() {
        IdempotencyKey key = key("POST", "/api/v1/jobs", "{}");

        assertThat(key).isEqualTo(key("POST", "/api/v1/jobs", "{}"));
        assertThat(key.digestBytes()).hasSize(32);
        assertThat(List.of(
                        key("PUT", "/api/v1/jobs", "{}"),
                        key("POST", "/api/v1/job", "{}"),
                        key("POST", "/api/v1/jobs", "{ }")))
                .doesNotContain(key);
    }

    @Test
    void isAbsentWithoutTheHeader() {
        assertThat(IdempotencyKey.of(null, "POST", "/", new byte[0])).isEmpty();
        assertThat(IdempotencyKey.of(List.of(), "POST", "/", new byte[0])).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "ü", "a\tb"})
    void refusesAKeyThatIsNoneOrTooLong(String value) {
        refuses(List.of(value));
        refuses(List.of("a".repeat(256)));
        refuses(List.of("a", "b"));
    }

    private static void refuses(List<String> header) {
        Refused refused =
                catchThrowableOfType(Refused.class, () -> IdempotencyKey.of(header, "POST", "/", new byte[0]));
        assertThat(refused.problem().status()).isEqualTo(400);
        assertThat(refused.problem().code()).isEqualTo("invalid-header");
    }

    private static IdempotencyKey key(String method, String path, String body) {
        return IdempotencyKey.of(List.of("k-1"), method, path, body.getBytes(UTF_8))
                .orElseThrow();
    }
}
