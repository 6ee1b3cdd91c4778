package io.lockkeeper.migration.format;

import io.lockkeeper.postgres.PgSession;
import java.util.List;

/// A tool's own table of what has run, and its own lock, so that the tool and we can take turns on one database. All
/// methods use the given session and its transaction, if there is one.
public interface History {
    /// The table's name with its schema, for people.
    String table();

    boolean exists(PgSession session) throws InterruptedException;

    /// As the tool would make it, if it is not there.
    void create(PgSession session) throws InterruptedException;

    /// In the order in which they ran. Asks only if the table [exists][#exists].
    List<Applied> read(PgSession session, Source source) throws InterruptedException;

    /// What [#read] will give once the table was [made][#create].
    default List<Applied> atItsBeginning(Source source) {
        return List.of();
    }

    /// Takes the tool's lock, if it has one.
    ///
    /// @return false: somebody else holds it
    boolean lock(PgSession session, String owner) throws InterruptedException;

    void unlock(PgSession session, String owner) throws InterruptedException;

    /// Says that a migration has begun that is more than one transaction, where the tool has a way to say so.
    void started(PgSession session, Migration migration, Direction direction) throws InterruptedException;

    /// Says that it is done. In the transaction of the migration itself if that is one, else after it.
    ///
    /// @param started whether [#started] was called for it, now or by an earlier run
    void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException;

    /// Says that it counts as done without having been run, as its own [condition][Condition] wants it.
    default void marked(PgSession session, Migration migration) throws InterruptedException {
        throw new UnsupportedOperationException(table() + " knows no such thing");
    }

    /// Whether its scripts write into the table themselves, so that nobody else may.
    default boolean isWrittenByScripts() {
        return false;
    }
}
