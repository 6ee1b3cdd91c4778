package io.lockkeeper.migration;

import io.lockkeeper.migration.format.Condition;
import io.lockkeeper.migration.format.Direction;
import io.lockkeeper.migration.format.Migration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A migration that is to run one way.
///
/// @param again its tool's history knows of an attempt that did not come to its end
record Due(Migration migration, Direction direction, List<Step> steps, boolean again) {
    /// Only then its tool's history changes with it or not at all.
    boolean isOneTransaction() {
        return steps.size() == 1 && steps.getFirst().kind() == Step.Kind.TRANSACTION;
    }

    /// What it wants to hold first; the way back wants nothing.
    @Nullable
    Condition condition() {
        return direction == Direction.UP ? migration.condition() : null;
    }

    String id() {
        return migration.id();
    }

    String path() {
        return direction == Direction.UP ? migration.path() : migration.down().path();
    }
}
