package io.lockkeeper.http;

/// One thing that is wrong with a request: where (an RFC 6901 pointer into its body), and what to do about it.
public record Fault(String pointer, String detail) {}
