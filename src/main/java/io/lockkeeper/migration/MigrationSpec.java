package io.lockkeeper.migration;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.lockkeeper.http.Faults;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import io.lockkeeper.migration.format.Direction;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// @param bundle none, and no files either: the one that ran last on the target
/// @param files instead of a bundle, which they become
/// @param to the last migration that runs; on the way down the last one that stays
/// @param rehearseOn see [RehearsalBasis]
/// @param plan the digest of a plan: anything else is not applied
/// @param allow findings that are accepted, each with the reason; kept with the job
public record MigrationSpec(
        @Nullable @Pattern(regexp = "[0-9a-f]{64}", message = "must be the sha256 of a bundle")
        String bundle,

        @Nullable @Size(min = 1, max = 1000) List<GivenFile> files,

        @Schema(description = "Whose files these are", defaultValue = "auto") @Nullable
        FormatName format,

        @Schema(defaultValue = "up") @Nullable Direction direction,

        @Schema(
                description =
                        "The last migration that runs. On the way down: the last one that stays, or `base` for none")
        @Nullable
        @Size(min = 1, max = 300)
        String to,

        @Schema(
                description =
                        "plan tells what apply would do, and changes nothing; rehearse does it on a restored copy",
                defaultValue = "plan")
        @Nullable
        Mode mode,

        @Schema(
                implementation = Object.class,
                description = "Makes it a rehearsal, on a copy that is restored of this backup of the target, as in"
                        + " `{\"backup\": 17}`, or of its newest that nothing speaks against: `latest`",
                examples = "\"latest\"")
        @Nullable
        JsonNode rehearseOn,

        @Schema(description = "The digest of the plan that is to be applied; one that no longer fits is refused")
        @Nullable
        @Pattern(regexp = "[0-9a-f]{64}", message = "must be the digest of a plan")
        String plan,

        @Schema(description = "Findings that are accepted, each with the reason") @Nullable @Size(max = 20)
        List<Allowance> allow,

        @Nullable Safety safety,
        @Nullable Options options) {

    @Schema(name = "MigrationMode")
    public enum Mode {
        @JsonProperty("plan")
        PLAN,
        @JsonProperty("apply")
        APPLY,
        @JsonProperty("rehearse")
        REHEARSE
    }

    @Schema(name = "MigrationFormat")
    public enum FormatName {
        @JsonProperty("auto")
        AUTO,
        @JsonProperty("flyway")
        FLYWAY,
        @JsonProperty("golang-migrate")
        GOLANG_MIGRATE,
        @JsonProperty("liquibase-sql")
        LIQUIBASE_SQL,
        @JsonProperty("alembic-sql")
        ALEMBIC_SQL,
        @JsonProperty("prisma")
        PRISMA,
        @JsonProperty("plain")
        PLAIN;

        String word() {
            return io.lockkeeper.http.Words.of(this);
        }
    }

    /// @param reason why it is right here; kept with the job
    @Schema(name = "MigrationAllowance")
    public record Allowance(
            Rule rule, @NotBlank @Size(max = 500) String reason) {}

    /// How long, and how often.
    ///
    /// @param lockTimeout of the longest try; the first ones are shorter
    /// @param lockRetries how many tries follow the first one
    /// @param maxBlockedSessions more than these waiting behind the migration end a try
    /// @param maxBlockedFor and so does one that has waited longer
    /// @param deadline for the locks of one transaction, all tries together
    @Schema(name = "MigrationSafety")
    public record Safety(
            @Nullable Duration lockTimeout,
            @Nullable Duration statementTimeout,
            @Nullable @Min(0) @Max(1000) Integer lockRetries,
            @Nullable @Min(0) @Max(100_000) Integer maxBlockedSessions,
            @Nullable Duration maxBlockedFor,
            @Nullable Duration deadline) {
        public Safety {
            policy(lockTimeout, statementTimeout, lockRetries, maxBlockedSessions, maxBlockedFor, deadline);
        }

        LockPolicy policy() {
            return policy(lockTimeout, statementTimeout, lockRetries, maxBlockedSessions, maxBlockedFor, deadline);
        }

        private static LockPolicy policy(
                @Nullable Duration lock,
                @Nullable Duration statement,
                @Nullable Integer retries,
                @Nullable Integer blocked,
                @Nullable Duration blockedFor,
                @Nullable Duration deadline) {
            LockPolicy usual = LockPolicy.DEFAULT;
            Duration longest = Objects.requireNonNullElse(lock, usual.lockTimeout());
            return new LockPolicy(
                    longest.compareTo(usual.firstTry()) < 0 ? longest : usual.firstTry(),
                    longest,
                    Objects.requireNonNullElse(retries, usual.lockRetries()),
                    Objects.requireNonNullElse(statement, usual.statementTimeout()),
                    Objects.requireNonNullElse(deadline, usual.deadline()),
                    Objects.requireNonNullElse(blocked, usual.maxBlockedSessions()),
                    Objects.requireNonNullElse(blockedFor, usual.maxBlockedFor()),
                    usual.oldSnapshot());
        }
    }

    /// What the tools take from their configuration.
    ///
    /// @param schema of the tool's table, and where unqualified names lead; by default the first of the search_path
    /// @param table the tool's own, if it is not called as usual
    /// @param baseline the version that a database without a history is taken to be at
    @Schema(name = "MigrationOptions")
    public record Options(
            @Nullable @Size(min = 1, max = 63) String schema,
            @Nullable @Size(min = 1, max = 63) String table,

            @Nullable @Pattern(regexp = "[0-9]+([._][0-9]+)*", message = "must be a version such as 1.2")
            String baseline,

            @Nullable @Size(max = 200) Map<String, String> placeholders,
            @Nullable @Size(max = 50) List<String> contexts,
            @Nullable @Size(max = 50) List<String> labels) {
        static final Options NONE = new Options(null, null, null, null, null, null);

        public Options {
            placeholders = placeholders == null ? Map.of() : Map.copyOf(placeholders);
            contexts = contexts == null ? List.of() : List.copyOf(contexts);
            labels = labels == null ? List.of() : List.copyOf(labels);
        }
    }

    public MigrationSpec {
        format = format == null ? FormatName.AUTO : format;
        direction = direction == null ? Direction.UP : direction;
        rehearseOn = rehearseOn == null && mode == Mode.REHEARSE ? TextNode.valueOf(RehearsalBasis.LATEST) : rehearseOn;
        mode = mode == null ? (rehearseOn == null ? Mode.PLAN : Mode.REHEARSE) : mode;
        allow = allow == null ? List.of() : List.copyOf(allow);
        Faults faults = new Faults();
        if (bundle != null && files != null) {
            faults.add("/files", "must be left out beside bundle");
        }
        if (direction == Direction.DOWN && to == null) {
            faults.add("/to", "is required for direction down: the last migration that stays, or base for none");
        }
        for (int i = 0; i < allow.size(); i++) {
            if (allow.get(i).rule() == Rule.NO_WAY_BACK) {
                faults.add("/allow/" + i + "/rule", "cannot be allowed: the migration itself has to say why");
            }
        }
        if (rehearseOn != null) {
            RehearsalBasis.read(rehearseOn, faults);
        }
        if (rehearseOn != null && mode != Mode.REHEARSE) {
            faults.add("/mode", "must be rehearse, or be left out, beside rehearseOn");
        }
        if (rehearseOn != null && plan != null) {
            faults.add("/plan", "must be left out for a rehearsal: it makes its own, for the copy");
        }
        faults.refuseIfAny();
    }

    Options settings() {
        return options == null ? Options.NONE : options;
    }

    LockPolicy lockPolicy() {
        return safety == null ? LockPolicy.DEFAULT : safety.policy();
    }

    boolean applies() {
        return mode == Mode.APPLY;
    }

    boolean rehearses() {
        return mode == Mode.REHEARSE;
    }

    /// @return null: the newest one
    @Nullable
    Long rehearsedBackup() {
        return RehearsalBasis.read(rehearseOn, new Faults()).backup();
    }

    boolean allows(Rule rule) {
        return allow.stream().anyMatch(allowance -> allowance.rule() == rule);
    }
}
