package io.lockkeeper.job;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import jakarta.validation.constraints.Future;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What can be said of every job, whatever its kind. The fields of the kind's own spec stand beside these in the same
/// object.
public record JobRequest(
        @Schema(description = "What to do, see GET /kinds", examples = "sleep")
        String kind,

        @Schema(description = "The registered database to do it to", examples = "demo")
        @Nullable
        @Pattern(
                regexp = "[a-z][a-z0-9-]{0,62}",
                message = "must be the name of a target: lower case letters, digits and dashes")
        String target,

        @Schema(description = "Your own words, to find the job by") @Nullable @Size(max = 32)
        Map<
                        @Pattern(
                                regexp = "[^=\\p{Cntrl}]{1,255}",
                                message = "needs a name of 1 to 255 characters, without = and control characters")
                        String,
                        @Size(max = 255) String>
                labels,

        @Schema(description = "9 goes before 0", defaultValue = "5") @Nullable @Min(0) @Max(9)
        Integer priority,

        @Schema(description = "Not before this time") @Nullable
        Instant notBefore,

        @Schema(description = "It must have ended by this time") @Nullable @Future(message = "must lie in the future")
        Instant deadline,

        @Schema(description = "What to do when a job that excludes it is unfinished", defaultValue = "queue") @Nullable
        OnConflict onConflict) {

    public enum OnConflict {
        @JsonProperty("queue")
        QUEUE,
        @JsonProperty("reject")
        REJECT
    }

    public JobRequest {
        if (notBefore != null && deadline != null && !deadline.isAfter(notBefore)) {
            throw new Refused(Problem.invalid("/deadline", "must be after notBefore (" + notBefore + ")"));
        }
    }
}
