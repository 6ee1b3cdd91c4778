package io.lockkeeper.security;

import static io.lockkeeper.security.Permission.AUDIT_READ;
import static io.lockkeeper.security.Permission.BACKUPS_DOWNLOAD;
import static io.lockkeeper.security.Permission.BACKUPS_HOLD;
import static io.lockkeeper.security.Permission.BACKUPS_RELEASE;
import static io.lockkeeper.security.Permission.JOBS_APPROVE;
import static io.lockkeeper.security.Permission.JOBS_CANCEL;
import static io.lockkeeper.security.Permission.JOBS_START;
import static io.lockkeeper.security.Permission.SANDBOXES_ENTER;
import static io.lockkeeper.security.Permission.TARGETS_PROBE;
import static io.lockkeeper.security.Permission.TARGETS_WRITE;
import static io.lockkeeper.security.Permission.TOKENS_MANAGE;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lockkeeper.http.Words;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/// What a caller may be. Each role may read; beyond that, roles do not contain each other: whoever should start jobs
/// and approve them holds both.
public enum Role {
    @JsonProperty("viewer")
    VIEWER,
    @JsonProperty("operator")
    OPERATOR(JOBS_START, JOBS_CANCEL, TARGETS_PROBE, BACKUPS_HOLD, SANDBOXES_ENTER),
    @JsonProperty("approver")
    APPROVER(JOBS_APPROVE),
    @JsonProperty("admin")
    ADMIN(
            TARGETS_WRITE,
            TARGETS_PROBE,
            BACKUPS_DOWNLOAD,
            BACKUPS_HOLD,
            BACKUPS_RELEASE,
            SANDBOXES_ENTER,
            TOKENS_MANAGE,
            AUDIT_READ);

    private static final Set<Permission> READING =
            EnumSet.of(Permission.JOBS_READ, Permission.TARGETS_READ, Permission.SELF_READ, Permission.METRICS_READ);

    private static final Map<String, Role> WORDS = Words.in(Role.class);

    private final Set<Permission> more = EnumSet.noneOf(Permission.class);

    Role(Permission... more) {
        this.more.addAll(Set.of(more));
    }

    static Role ofWord(String word) {
        return WORDS.get(word);
    }

    String word() {
        return Words.of(this);
    }

    boolean allows(Permission permission) {
        return READING.contains(permission) || more.contains(permission);
    }
}
