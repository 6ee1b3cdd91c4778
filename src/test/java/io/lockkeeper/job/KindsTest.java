package io.lockkeeper.job;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class KindsTest {
    @Test
    void aMisspeltProtectionFailsTheStart() {
        JobKind<?, ?> strange = new TestChangeJob() {
            @Override
            public String protectedAs() {
                return "test-chnage";
            }
        };
        assertThatThrownBy(() -> new Kinds(List.of(strange)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test-chnage");
    }

    @Test
    void noTwoKindsShareAName() {
        assertThatThrownBy(() -> new Kinds(List.of(new TestChangeJob(), new TestChangeJob())))
                .isInstanceOf(IllegalStateException.class);
    }
}
