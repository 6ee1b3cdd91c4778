package io.lockkeeper.restore;

import org.jspecify.annotations.Nullable;

/// What became of a check of the team's.
///
/// @param found the answer as text, cut where it is long; none: there was no row, or no answer
/// @param problem why there was no answer
/// @param ms how long it took
public record CheckOutcome(
        String name,
        boolean passed,
        String expected,
        @Nullable String found,
        @Nullable String problem,
        long ms) {}
