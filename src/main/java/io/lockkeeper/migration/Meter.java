package io.lockkeeper.migration;

/// Measures what a statement does, around it.
@FunctionalInterface
interface Meter {
    Meter NONE = (placed, statement) -> statement.run();

    /// Runs the statement, once, and gives what it gives.
    Ran measure(Step.Placed placed, Governor.Attempt<Ran> statement) throws InterruptedException;
}
