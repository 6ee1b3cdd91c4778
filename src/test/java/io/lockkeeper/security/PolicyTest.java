package io.lockkeeper.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lockkeeper.http.Refused;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            JOBS_READ     | VIEWER OPERATOR APPROVER ADMIN
            TARGETS_READ  | VIEWER OPERATOR APPROVER ADMIN
            SELF_READ     | VIEWER OPERATOR APPROVER ADMIN
            METRICS_READ  | VIEWER OPERATOR APPROVER ADMIN
            JOBS_START    | OPERATOR
            JOBS_CANCEL   | OPERATOR
            JOBS_APPROVE  | APPROVER
            TARGETS_WRITE | ADMIN
            TARGETS_PROBE | OPERATOR ADMIN
            TOKENS_MANAGE | ADMIN
            AUDIT_READ    | ADMIN
            BACKUPS_HOLD  | OPERATOR ADMIN
            BACKUPS_RELEASE | ADMIN
            """)
    void allowsEachRoleExactlyThis(Permission permission, String roles) {
        for (Role role : Role.values()) {
            Decision decision = Policy.decide(caller(role), permission, null);

            assertThat(decision.allowed()).as(role + " " + permission).isEqualTo(roles.contains(role.name()));
        }
    }

    @Test
    void deniesEverythingToWhoeverHasNoRole() {
        for (Permission permission : Permission.values()) {
            assertThat(Policy.decide(caller(), permission, null).allowed()).isFalse();
        }
    }

    @Test
    void saysWhy() {
        assertThat(Policy.decide(caller(Role.OPERATOR), Permission.JOBS_START, "orders")
                        .reason())
                .isEqualTo("The role operator allows jobs-start on orders.");
        assertThat(Policy.decide(caller(Role.VIEWER), Permission.JOBS_START, null)
                        .reason())
                .isEqualTo("You may not do this: jobs-start needs the role operator, and bot has viewer.");
    }

    @Test
    void refusesByAProblem() {
        Refused refused = catchThrowableOfType(
                Refused.class, () -> Policy.demand(caller(Role.VIEWER), Permission.TARGETS_WRITE, null));

        assertThat(refused.problem().status()).isEqualTo(403);
        assertThat(refused.problem().code()).isEqualTo("forbidden");
    }

    private static Caller caller(Role... roles) {
        return new Caller("bot", "token/3", Set.of(roles));
    }
}
