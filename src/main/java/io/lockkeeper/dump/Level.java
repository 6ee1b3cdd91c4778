package io.lockkeeper.dump;

import com.fasterxml.jackson.annotation.JsonProperty;

/// How much of the content a fingerprint holds.
public enum Level {
    /// Rows and a hash of each table, size and hash of each large object.
    @JsonProperty("full")
    FULL,
    /// Rows of each table, size of each large object.
    @JsonProperty("counts")
    COUNTS,
    /// Nothing of the content: the schema, positions of sequences, properties.
    @JsonProperty("none")
    NONE
}
