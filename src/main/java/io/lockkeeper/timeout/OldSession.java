package io.lockkeeper.timeout;

import java.time.Instant;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// A session that began before the settings of its role or database were changed: it still runs with the
/// old ones.
///
/// @param backendStart when it began, by the target's clock; with the pid, it names this session and no
/// later one
/// @param changedAt when its settings were changed last
@Schema(name = "OldSession")
public record OldSession(
        int pid,
        Instant backendStart,
        String role,
        @Nullable String database,
        @Nullable String application,
        @Nullable String state,
        Instant changedAt) {}
