package io.lockkeeper.security;

import java.util.Set;

/// Who asks: the name that audit rows and jobs carry, how they came in, and what they may be.
public record Caller(String subject, String via, Set<Role> roles) {}
