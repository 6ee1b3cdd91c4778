package io.lockkeeper.repository;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.Words;

/// The programs that we understand.
enum Tool {
    @JsonProperty("pgbackrest")
    PGBACKREST,
    @JsonProperty("barman")
    BARMAN;

    String word() {
        return Words.of(this);
    }
}
