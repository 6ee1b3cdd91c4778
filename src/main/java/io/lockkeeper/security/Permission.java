package io.lockkeeper.security;

import com.fasterxml.jackson.annotation.JsonProperty;

/// What an endpoint demands. Every endpoint names exactly one.
public enum Permission {
    @JsonProperty("jobs-read")
    JOBS_READ,
    @JsonProperty("jobs-start")
    JOBS_START,
    @JsonProperty("jobs-cancel")
    JOBS_CANCEL,
    @JsonProperty("jobs-approve")
    JOBS_APPROVE,
    @JsonProperty("targets-read")
    TARGETS_READ,
    @JsonProperty("targets-write")
    TARGETS_WRITE,
    @JsonProperty("targets-probe")
    TARGETS_PROBE,
    @JsonProperty("backups-download")
    BACKUPS_DOWNLOAD,
    /// Keep backups for longer.
    @JsonProperty("backups-hold")
    BACKUPS_HOLD,
    /// Let go of what was kept for longer.
    @JsonProperty("backups-release")
    BACKUPS_RELEASE,
    /// Look around in a restored copy that was kept for it.
    @JsonProperty("sandboxes-enter")
    SANDBOXES_ENTER,
    @JsonProperty("tokens-manage")
    TOKENS_MANAGE,
    @JsonProperty("audit-read")
    AUDIT_READ,
    @JsonProperty("metrics-read")
    METRICS_READ,
    @JsonProperty("self-read")
    SELF_READ
}
