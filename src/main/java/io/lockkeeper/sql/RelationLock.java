package io.lockkeeper.sql;

/// The strongest lock that a statement takes on a relation that it names. A lock on an index is taken on its
/// table too, in the same mode or a weaker one that still stops writes; the table's name is not in the statement.
public record RelationLock(Relation relation, LockMode mode) {}
