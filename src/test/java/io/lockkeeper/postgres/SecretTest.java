package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import org.junit.jupiter.api.Test;

class SecretTest {
    private final ServerAddress address = new ServerAddress(
            "localhost", 5432, "orders", "app", new Secret("opensesame"), Tls.DISABLED, "lockkeeper/test");

    @Test
    void printsAsStarsWhereverItIs() {
        assertThat(address.toString()).contains("***").doesNotContain("opensesame");
    }

    @Test
    void refusesToBecomeJson() {
        ObjectMapper lenient = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);
        assertThatThrownBy(() -> lenient.writeValueAsString(address.password())).hasMessageNotContaining("opensesame");
        assertThatThrownBy(() -> lenient.writeValueAsString(address)).hasMessageNotContaining("opensesame");
    }

    @Test
    void quotesNamesAndRefusesWhatPostgresWouldCut() {
        assertThat(Identifiers.quote("a\"b")).isEqualTo("\"a\"\"b\"");
        assertThat(Identifiers.quote("ä".repeat(31))).hasSize(33);
        for (String name : new String[] {"", "a\0b", "x".repeat(64), "ä".repeat(32)}) {
            assertThatThrownBy(() -> Identifiers.quote(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
