package io.lockkeeper.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// PostgreSQL 18's own grammar. For any thread, and many at a time: two threads with large stacks do the
/// parsing, each with an instance of libpg_query (36 MB of heap), which both are gone after a minute without work.
/// Knows no server: neither which tables there are, nor what its version does not have yet.
public final class Grammar implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int LONGEST = 8 << 20;

    private final Duration bound;
    private final ThreadLocal<PgQuery> instance = new ThreadLocal<>();
    private final ExecutorService threads;

    public Grammar() {
        this(Duration.ofSeconds(30));
    }

    /// @param bound for one text, waiting for a thread included
    Grammar(Duration bound) {
        this.bound = bound;
        ThreadFactory deep = work -> Thread.ofPlatform()
                .name("sql-grammar")
                .daemon()
                .stackSize(PgQuery.STACK)
                .unstarted(work);
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), deep);
        pool.allowCoreThreadTimeOut(true);
        this.threads = pool;
    }

    /// The tree of the one statement in this text.
    ///
    /// @throws SqlFault if it is none, with the place
    public Parsed parse(String statement) throws InterruptedException {
        Lines lines = new Lines(statement);
        int nul = statement.indexOf('\0');
        if (nul >= 0) {
            throw lines.fault(nul, "A NUL character cannot stand in SQL.");
        }
        Abridged abridged = Abridged.of(statement, lines);
        if (abridged.text().length() > LONGEST) {
            throw lines.fault(0, "A statement of more than 8 MB is not read, but for an INSERT of many rows.");
        }
        JsonNode all = work(statement, abridged, lines);
        if (all.size() != 1) {
            throw lines.fault(0, "Here stand " + all.size() + " statements where one is expected.");
        }
        return new Parsed(statement, all.get(0).path("stmt"));
    }

    private JsonNode work(String statement, Abridged abridged, Lines lines) throws InterruptedException {
        Future<JsonNode> tree = threads.submit(() -> read(abridged.text()));
        try {
            return tree.get(bound.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException late) {
            throw lines.fault(0, "The grammar was not done with this statement in " + bound.toSeconds() + " s.");
        } catch (ExecutionException failed) {
            throw fault(failed.getCause(), statement, abridged, lines);
        } finally {
            tree.cancel(true);
        }
    }

    private JsonNode read(String statement) throws PgQuery.Rejected, TreeReader.TooDeep {
        PgQuery mine = instance.get();
        if (mine == null) {
            mine = new PgQuery();
        }
        instance.remove(); // unless all goes well
        try {
            String json = mine.parse(statement);
            keep(mine);
            return TreeReader.statements(json);
        } catch (PgQuery.Rejected rejected) {
            keep(mine);
            throw rejected;
        }
    }

    private void keep(PgQuery mine) {
        if (!mine.hasGrown()) {
            instance.set(mine);
        }
    }

    private static SqlFault fault(Throwable cause, String statement, Abridged abridged, Lines lines) {
        return switch (cause) {
            case PgQuery.Rejected rejected -> lines.fault(position(rejected, statement, abridged), said(rejected));
            case TreeReader.TooDeep deep -> lines.fault(0, "This statement is nested too deeply to be read.");
            case StackOverflowError deep -> lines.fault(0, "This statement is nested too deeply to be read.");
            case Error error when !(error instanceof VirtualMachineError) -> throw error;
            case null, default -> lines.fault(0, "The grammar broke on this statement: " + cause);
        };
    }

    private static String said(PgQuery.Rejected rejected) {
        String message = rejected.getMessage();
        return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
    }

    /// The server counts characters from 1.
    private static int position(PgQuery.Rejected rejected, String statement, Abridged abridged) {
        int character = abridged.original(Math.max(0, rejected.position - 1));
        int all = statement.codePointCount(0, statement.length());
        return statement.offsetByCodePoints(0, Math.min(character, all));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
