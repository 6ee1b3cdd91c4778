package io.lockkeeper.security;

/// What an endpoint demands. Every endpoint names exactly one.
public enum Permission {
    JOBS_READ,
    JOBS_START,
    JOBS_CANCEL,
    JOBS_APPROVE,
    TARGETS_READ,
    TARGETS_WRITE,
    TARGETS_PROBE,
    TOKENS_MANAGE,
    AUDIT_READ,
    SELF_READ
}
