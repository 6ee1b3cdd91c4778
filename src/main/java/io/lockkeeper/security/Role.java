package io.lockkeeper.security;

/// What a caller may be. Roles do not contain each other: whoever should start jobs and approve them holds both.
public enum Role {
    VIEWER,
    OPERATOR,
    APPROVER,
    ADMIN
}
