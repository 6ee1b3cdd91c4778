package io.lockkeeper.backup;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.dump.Level;
import io.lockkeeper.http.Faults;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.jspecify.annotations.Nullable;

/// What a backup is asked to be. Everything has a default: `{"target": "orders"}` is a good backup.
public record BackupSpec(
        @Schema(
                description = "logical: one database, by pg_dump; physical: the whole cluster, by pg_basebackup",
                defaultValue = "logical")
        @Nullable
        Method method,

        @Schema(
                description = "Of a logical backup: what pg_restore or psql will be given. Tables are dumped side by"
                        + " side in the directory format only. A physical backup is tar.",
                defaultValue = "directory")
        @Nullable
        Format format,

        @Schema(
                description =
                        "How many tables are dumped at a time; each takes a connection of the target, and one more",
                defaultValue = "2")
        @Nullable
        @Min(1)
        @Max(32)
        Integer parallelism,

        @Nullable BackupCompression compression,

        @Schema(description = "Only these; without it, everything") @Nullable
        Selection include,

        @Schema(description = "Not these") @Nullable Selection exclude,

        @Schema(description = "Where it shall lie; without it, the operator's default depot")
        @Nullable
        @Size(min = 1, max = 63)
        String depot,

        @Schema(
                description =
                        "What of the content is remembered, taken from the very bytes that were dumped: full (rows"
                                + " and their hash), counts (rows), none. A physical backup has none.",
                defaultValue = "full")
        @Nullable
        Level fingerprint,

        @Schema(
                description =
                        "At least so long no rule removes it; a restore test or a person may still find it broken",
                examples = "720h")
        @Nullable
        @DurationMin(hours = 1, message = "must be at least 1h")
        @DurationMax(days = 36_500, message = "must be at most 876000h")
        Duration keepFor,

        @Schema(
                description = "How long a lock on a table is waited for before the attempt is given up",
                defaultValue = "1m")
        @Nullable
        @DurationMin(millis = 100, message = "must be at least 100ms")
        @DurationMax(hours = 1, message = "must be at most 1h")
        Duration lockTimeout,

        @Schema(description = "At most so many megabytes a second go to the depot") @Nullable @Min(1) @Max(100_000)
        Integer megabytesPerSecond,

        @Schema(description = "Roles and tablespaces beside the data", defaultValue = "true") @Nullable
        Boolean globals,

        @Schema(description = "A note for people, kept with the backup's manifest")
        @Nullable
        @Size(max = 200)
        @Pattern(regexp = "\\P{Cntrl}*", message = "must not hold control characters")
        String note) {

    public enum Method {
        @JsonProperty("logical")
        LOGICAL,
        @JsonProperty("physical")
        PHYSICAL
    }

    public enum Format {
        @JsonProperty("directory")
        DIRECTORY,
        @JsonProperty("custom")
        CUSTOM,
        @JsonProperty("plain")
        PLAIN,
        @JsonProperty("tar")
        TAR
    }

    public BackupSpec {
        Faults faults = new Faults();
        method = method == null ? Method.LOGICAL : method;
        boolean physical = method == Method.PHYSICAL;
        if (format == null) {
            format = physical ? Format.TAR : Format.DIRECTORY;
        }
        if (physical != (format == Format.TAR)) {
            faults.add("/format", physical ? "of a physical backup is tar" : "of a logical backup cannot be tar");
        }
        if (physical && include != null) {
            faults.add("/include", "must be left out: a physical backup is the whole cluster");
        }
        if (physical && exclude != null) {
            faults.add("/exclude", "must be left out: a physical backup is the whole cluster");
        }
        if (physical && fingerprint != null && fingerprint != Level.NONE) {
            faults.add(
                    "/fingerprint",
                    "of a physical backup is none: files are copied, and nobody reads what is in them; a restore test does");
        }
        if (parallelism != null && parallelism > 1 && format != Format.DIRECTORY) {
            faults.add("/parallelism", "above 1 is for the directory format only");
        }
        faults.refuseIfAny();
        parallelism = parallelism == null ? (format == Format.DIRECTORY ? 2 : 1) : parallelism;
        compression = compression == null ? BackupCompression.USUAL : compression;
        fingerprint = fingerprint == null ? (physical ? Level.NONE : Level.FULL) : fingerprint;
        lockTimeout = lockTimeout == null ? Duration.ofMinutes(1) : lockTimeout;
        globals = globals == null || globals;
    }

    boolean physical() {
        return method == Method.PHYSICAL;
    }
}
