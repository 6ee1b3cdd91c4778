package io.lockkeeper.probe;

/// A probe needs nothing but its target.
public record ProbeSpec() {}
