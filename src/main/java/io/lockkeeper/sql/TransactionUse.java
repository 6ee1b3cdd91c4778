package io.lockkeeper.sql;

/// How a statement and transactions go together.
public enum TransactionUse {
    /// Does in a transaction what it does outside of one.
    EITHER,
    /// Fails, or does nothing, outside of one: `LOCK`, `DECLARE`, `SET LOCAL`.
    INSIDE,
    /// The server refuses it in a transaction.
    OUTSIDE_ONLY,
    /// Can stand in a transaction, but what it makes can only be used after the commit: `ALTER TYPE ... ADD VALUE`.
    COMMIT_BEFORE_USE,
    /// Begins, ends or divides transactions itself.
    CONTROL
}
