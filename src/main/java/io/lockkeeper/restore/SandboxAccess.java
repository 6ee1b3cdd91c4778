package io.lockkeeper.restore;

import java.time.Instant;

/// How an operator gets into a kept copy, from the machine that it is on.
///
/// @param superuser may do everything there
/// @param machine where the worker that keeps it runs; the address is that machine's own
public record SandboxAccess(
        String machine, String host, int port, String database, String superuser, String password, Instant until) {}
