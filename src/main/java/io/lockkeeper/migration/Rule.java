package io.lockkeeper.migration;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What people have to decide about before migrations run.
@Schema(name = "MigrationRule")
public enum Rule {
    /// A migration comes before one that has run: allowed, it runs now.
    @JsonProperty("out-of-order")
    OUT_OF_ORDER,
    /// A file is another one than the one that has run: allowed, what has run counts.
    @JsonProperty("changed-since")
    CHANGED_SINCE,
    /// The history knows a migration that the bundle does not have: allowed, it is left alone.
    @JsonProperty("missing")
    MISSING,
    /// The history knows of a failure that is not of our making: allowed, the migration runs again from its beginning.
    @JsonProperty("failed")
    FAILED,
    /// There are things in the schema and no history: allowed, migrations begin with the first.
    @JsonProperty("schema-not-empty")
    SCHEMA_NOT_EMPTY,
    /// A migration has no way back and does not say why, where the target's protection demands that: cannot be allowed.
    @JsonProperty("no-way-back")
    NO_WAY_BACK
}
