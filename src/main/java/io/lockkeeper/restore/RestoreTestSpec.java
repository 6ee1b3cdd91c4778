package io.lockkeeper.restore;

import io.lockkeeper.dump.Level;
import io.lockkeeper.http.Faults;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

public record RestoreTestSpec(
        @Schema(
                description =
                        "Which backup, one that another tool keeps as well; without it, the target's newest when the job"
                                + " runs",
                examples = "17")
        @Nullable
        @Min(1)
        Long backup,

        @Schema(
                description =
                        "For physical backups of ours with an archived log: bring the copy to this time. Without a backup,"
                                + " the latest one before it from which the log leads there",
                examples = "2026-11-19T14:02:00Z")
        @Nullable
        Instant until,

        @Schema(description = "How many tables or indexes are restored at a time", defaultValue = "2")
        @Nullable
        @Min(1)
        @Max(32)
        Integer parallelism,

        @Schema(
                description =
                        "How much of the content is held against the fingerprint; less than it holds is faster and"
                                + " proves less",
                defaultValue = "full")
        @Nullable
        Level compare,

        @Schema(description = "Questions of your own to the restored copy") @Nullable @Size(max = 100)
        List<@Valid TeamCheck> checks,

        @Schema(
                description = "Keep the restored copy for so long, for looking; GET /restore-tests/{id}/sandbox has its"
                        + " address. It takes space all the while",
                examples = "30m")
        @Nullable
        @DurationMin(seconds = 1, message = "must be at least 1s")
        @DurationMax(hours = 24, message = "must be at most 24h")
        Duration keepFor) {

    public RestoreTestSpec {
        parallelism = parallelism == null ? 2 : parallelism;
        compare = compare == null ? Level.FULL : compare;
        checks = checks == null ? List.of() : List.copyOf(checks);
        Faults faults = new Faults();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < checks.size(); i++) {
            if (!names.add(checks.get(i).name())) {
                faults.add("/checks/" + i + "/name", "must differ from the others");
            }
            String expect = "/checks/" + i + "/expect";
            Expectation.fault(checks.get(i).expect()).ifPresent(fault -> faults.add(expect, fault));
        }
        faults.refuseIfAny();
    }
}
