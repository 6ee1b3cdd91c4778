package io.lockkeeper.dump;

import com.fasterxml.jackson.annotation.JsonProperty;

/// A table whose rows are in the database and not in the dump.
public record LeftOut(String schema, String name, Why why) {
    public enum Why {
        /// Nothing of it is in the dump.
        @JsonProperty("excluded")
        EXCLUDED,
        /// Its definition is.
        @JsonProperty("rows-excluded")
        ROWS_EXCLUDED,
        /// Its rows lie on another server.
        @JsonProperty("foreign")
        FOREIGN,
        /// Its rows are computed anew by the restore.
        @JsonProperty("materialized")
        MATERIALIZED,
        /// It never had any.
        @JsonProperty("never-filled")
        NEVER_FILLED,
        /// An extension makes it anew.
        @JsonProperty("extension")
        EXTENSION
    }

    TableName table() {
        return new TableName(schema, name);
    }
}
