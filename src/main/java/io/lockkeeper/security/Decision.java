package io.lockkeeper.security;

/// Whether somebody may do something, and why: one sentence for people.
public record Decision(boolean allowed, String reason) {}
