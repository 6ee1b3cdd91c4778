package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;

/// Where a setting can be kept, in PostgreSQL's order of precedence: a later one beats an earlier one at
/// login.
public enum Scope {
    @JsonProperty("server")
    SERVER("configuration file", false, false),
    @JsonProperty("everyRole")
    EVERY_ROLE("global", false, false),
    @JsonProperty("database")
    DATABASE("database", true, false),
    @JsonProperty("role")
    ROLE("user", false, true),
    @JsonProperty("roleInDatabase")
    ROLE_IN_DATABASE("database user", true, true);

    private final String source;
    private final boolean ofDatabase;
    private final boolean ofRole;

    Scope(String source, boolean ofDatabase, boolean ofRole) {
        this.source = source;
        this.ofDatabase = ofDatabase;
        this.ofRole = ofRole;
    }

    /// What `pg_settings.source` says of a session that got its value from here.
    String source() {
        return source;
    }

    boolean ofDatabase() {
        return ofDatabase;
    }

    boolean ofRole() {
        return ofRole;
    }
}
