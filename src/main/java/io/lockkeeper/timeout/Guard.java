package io.lockkeeper.timeout;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What is legal for PostgreSQL and a mistake all the same, most of the time. The reason is for people.
public enum Guard {
    @JsonProperty("lock-timeout-not-below-statement-timeout")
    LOCK_NOT_BELOW_STATEMENT("the statement ends first, so that lock_timeout never has an effect, and whoever looks at"
            + " the failure is told of a slow statement instead of a lock"),
    @JsonProperty("idle-beyond-transaction-timeout")
    IDLE_BEYOND_TRANSACTION("the transaction ends first, so that the longer one never has an effect"),
    @JsonProperty("timeout-on-maintenance-role")
    MAINTENANCE_ROLE("a migration or backup that is cut off leaves half of its work, and CREATE INDEX CONCURRENTLY"
            + " an INVALID index; let these set their own limits"),
    @JsonProperty("timeout-on-replication-role")
    REPLICATION_ROLE("what copies the database is long by nature, and a standby that is cut off falls behind"),
    @JsonProperty("idle-session-timeout-behind-a-pooler")
    IDLE_SESSION_BEHIND_POOLER("pools keep idle sessions on purpose, and find out that they are dead when a request"
            + " needs one; it is for the roles of people"),
    @JsonProperty("no-timeout-on-protected-target")
    OFF_ON_PROTECTED_TARGET("without it, one forgotten session can hold locks for ever");

    private final String reason;

    Guard(String reason) {
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
