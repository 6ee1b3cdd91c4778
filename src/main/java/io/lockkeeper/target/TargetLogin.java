package io.lockkeeper.target;

/// How a target is registered, but for its credential.
public record TargetLogin(long id, String name, String host, int port, String database, String username) {}
