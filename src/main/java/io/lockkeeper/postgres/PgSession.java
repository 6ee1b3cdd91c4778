package io.lockkeeper.postgres;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// One session on one server, for straight-line code on one virtual thread.
///
/// Every call is bounded: one that takes longer has its statement cancelled and throws `CallTimedOut`. An
/// interrupt ends the wait at once, but not the statement: `cancel()` does that, from any thread. A session
/// that died throws `SessionLost` from then on, everything else that a server says comes as `PgFailure`.
public final class PgSession implements AutoCloseable {
    private final SessionLine line;
    private final Duration bound;

    PgSession(SessionLine line, Duration bound) {
        this.line = line;
        this.bound = bound;
    }

    /// The same session with another bound for its calls: `session.within(ofMinutes(30)).execute("CREATE INDEX ...")`.
    public PgSession within(Duration bound) {
        return new PgSession(line, bound);
    }

    /// One statement, with `$1`, `$2`, ... for its values.
    public List<Row> query(String sql, Object... values) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        ask(sql, values).forEach(rows::add);
        return rows;
    }

    /// The first row, if there is any.
    public Optional<Row> maybe(String sql, Object... values) throws InterruptedException {
        return query(sql, values).stream().findFirst();
    }

    /// The one row that this statement always has.
    public Row one(String sql, Object... values) throws InterruptedException {
        List<Row> rows = query(sql, values);
        if (rows.size() != 1) {
            throw new IllegalStateException("expected one row, not " + rows.size() + ", of: " + sql);
        }
        return rows.getFirst();
    }

    /// How many rows the statement touched.
    public int execute(String sql, Object... values) throws InterruptedException {
        return ask(sql, values).rowCount();
    }

    /// Any number of statements in one message of the simple protocol: one transaction, unless they say otherwise.
    public void script(String sql) throws InterruptedException {
        await(line.connection().query(sql).execute());
    }

    /// One statement as it stands, by the simple protocol, in whatever transaction the session is.
    ///
    /// @param remarks takes what the server remarks meanwhile; called on another thread
    /// @return how many rows it touched
    public int statement(String sql, Consumer<String> remarks) throws InterruptedException {
        line.listen(remarks);
        try {
            return await(line.connection().query(sql).execute()).rowCount();
        } finally {
            line.listen(SessionLine.NOBODY);
        }
    }

    /// The rows of all statements in a text without values, by the simple protocol: one message, and it works through
    /// every pooler.
    public List<Row> rows(String sql) throws InterruptedException {
        List<Row> rows = new ArrayList<>();
        RowSet<Row> each = await(line.connection().query(sql).execute());
        while (each != null) {
            each.forEach(rows::add);
            each = each.next();
        }
        return rows;
    }

    /// The server's process behind this session, as in `pg_stat_activity`.
    public int backendPid() {
        return line.connection().processId();
    }

    /// The server's version as it told it, such as `17.6`.
    public String serverVersion() {
        return line.connection().databaseMetadata().fullVersion();
    }

    public int serverMajor() {
        return line.connection().databaseMetadata().majorVersion();
    }

    public ServerAddress server() {
        return line.route().server();
    }

    /// Where the server really is: the one of its name's addresses that this session went to.
    InetAddress address() {
        return line.route().address();
    }

    /// Asks the server to cancel what this session is doing. From any thread but an event loop: blocks for
    /// two seconds at most. When it returns true the server has passed the signal on, so that no later
    /// statement is hit by it.
    public boolean cancel() {
        return line.cancel();
    }

    public boolean isOpen() {
        return line.isOpen();
    }

    /// Ends the session. Never hangs: a statement that is still running is cancelled, a server that does
    /// not react is left.
    @Override
    public void close() {
        line.close();
    }

    private RowSet<Row> ask(String sql, Object... values) throws InterruptedException {
        return await(line.connection().preparedQuery(sql).execute(Tuple.from(values)));
    }

    private <T> T await(Future<T> answer) throws InterruptedException {
        return line.await(answer, bound);
    }
}
