package io.lockkeeper.migration;

import io.lockkeeper.postgres.PgSession;

/// What a run works with on its target.
///
/// @param session that the migrations run on
/// @param watcher another one, which looks who is in their way, and in whose way they are
record Hands(PgSession session, PgSession watcher, LockListener listener, Boundary boundary, Meter meter) {}
