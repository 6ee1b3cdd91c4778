package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.Faults;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param retireUnlisted reset the timeouts that the policy's places keep and the policy does not list
/// @param allow findings that are accepted
public record TimeoutPolicySpec(
        @Size(min = 1, max = 100) List<TimeoutRule> rules,

        @Schema(description = "plan tells what apply would do, and changes nothing", defaultValue = "plan") @Nullable
        Mode mode,

        @Schema(
                description = "Also reset other timeouts that are kept in the places of the rules",
                defaultValue = "false")
        @Nullable
        Boolean retireUnlisted,

        @Schema(description = "Findings that are accepted, each with the reason") @Nullable @Size(max = 20)
        List<Allowance> allow) {

    public enum Mode {
        @JsonProperty("plan")
        PLAN,
        @JsonProperty("apply")
        APPLY
    }

    /// @param rule the finding's rule
    /// @param reason why it is right here; kept with the job
    @Schema(name = "TimeoutAllowance")
    public record Allowance(
            Guard rule, @NotBlank @Size(max = 500) String reason) {}

    public TimeoutPolicySpec {
        mode = mode == null ? Mode.PLAN : mode;
        retireUnlisted = retireUnlisted != null && retireUnlisted;
        allow = allow == null ? List.of() : List.copyOf(allow);
        refuseTwins(rules);
    }

    private static void refuseTwins(List<TimeoutRule> rules) {
        Faults faults = new Faults();
        Map<Place, Integer> seen = new HashMap<>();
        for (int i = 0; i < rules.size(); i++) {
            Integer first = seen.putIfAbsent(rules.get(i).place(), i);
            if (first != null) {
                faults.add("/rules/" + i, "speaks of the same place as /rules/" + first + ": put them together");
            }
        }
        faults.refuseIfAny();
    }

    boolean applies() {
        return mode == Mode.APPLY;
    }

    Optional<String> reasonFor(Guard guard) {
        return allow.stream()
                .filter(one -> one.rule() == guard)
                .map(Allowance::reason)
                .findFirst();
    }
}
