package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// A policy whose job ended around its commit and did not live to tell: what the target says of it now.
///
/// @param policy the id of its job
/// @param advice what to do about it
@Schema(name = "UnsettledTimeoutPolicy")
public record Unsettled(long policy, Outcome outcome, String advice) {

    @Schema(name = "UnsettledOutcome")
    public enum Outcome {
        @JsonProperty("applied")
        APPLIED("It did get through: all of its settings are there. Undo it, or apply it again to have it watched."),
        @JsonProperty("partlyApplied")
        PARTLY_APPLIED(
                "Some of its settings are there: the server's own are set one by one. Undo it, or apply it again."),
        @JsonProperty("unknown")
        UNKNOWN(
                "Its places are neither as it found them nor as it would have left them: somebody has changed them since,"
                        + " or they cannot be read. Look at them, then apply the policy that you want.");

        private final String advice;

        Outcome(String advice) {
            this.advice = advice;
        }
    }

    private static Unsettled of(StoredPolicy policy, Outcome outcome) {
        return new Unsettled(policy.id(), outcome, outcome.advice);
    }

    /// Those that have left something. One that a later policy has spoken over is settled by it: the later one's
    /// way back leads to whatever this one had left.
    ///
    /// @param policies all of the target whose jobs have ended, applied or not
    static List<Unsettled> among(List<StoredPolicy> policies, Image image, ServerSettings server) {
        List<Unsettled> unsettled = new ArrayList<>();
        for (StoredPolicy policy : policies) {
            if (policy.appliedAt() == null && !isSpokenOver(policy, policies)) {
                tell(policy, image, server, unsettled);
            }
        }
        return unsettled;
    }

    private static boolean isSpokenOver(StoredPolicy policy, List<StoredPolicy> policies) {
        Set<Place> later = new HashSet<>();
        policies.stream()
                .filter(other -> other.id() > policy.id() && other.appliedAt() != null)
                .forEach(other -> later.addAll(other.places()));
        return later.containsAll(policy.places());
    }

    private static void tell(StoredPolicy policy, Image image, ServerSettings server, List<Unsettled> unsettled) {
        boolean hidden = server.auto() == null && policy.places().contains(Place.SERVER);
        if (hidden) {
            unsettled.add(of(policy, Outcome.UNKNOWN));
        } else if (policy.isAs(policy.before(), image)) {
            return; // nothing of it is left
        } else if (policy.isAs(policy.after(), image)) {
            unsettled.add(of(policy, Outcome.APPLIED));
        } else {
            unsettled.add(of(policy, policy.explains(image) ? Outcome.PARTLY_APPLIED : Outcome.UNKNOWN));
        }
    }
}
