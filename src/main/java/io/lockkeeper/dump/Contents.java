package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/// Gathers what the data of an archive's entries is, in any order, from any thread.
final class Contents {
    private final Level level;
    private final ColumnOrders orders;
    private final ArchiveToc toc;
    private final Map<Integer, Entry> withData = new HashMap<>();
    private final Map<TableName, TableRows> tables = new HashMap<>();
    private final LargeObjectSum largeObjects = new LargeObjectSum();
    private final Map<Integer, Long> finished = new HashMap<>();
    private final AtomicLong bytes = new AtomicLong();

    Contents(Level level, ColumnOrders orders, ArchiveToc toc) {
        this.level = level;
        this.orders = orders;
        this.toc = toc;
        toc.withData().forEach(entry -> withData.put(entry.dumpId(), entry));
        if (toc.compressed()) {
            throw DumpFailure.unsupported("The dump was compressed by pg_dump itself; run it with --compress=0.");
        }
    }

    /// The entry whose data begins.
    Entry begin(int dumpId) {
        Entry entry = withData.get(dumpId);
        if (entry == null) {
            throw DumpFailure.damaged("There is data for entry " + dumpId + ", which should have none.");
        }
        synchronized (this) {
            if (finished.containsKey(dumpId)) {
                throw DumpFailure.damaged("There is data twice for " + entry.title() + ".");
            }
        }
        return entry;
    }

    Intake<?> intake(Entry entry) {
        if (entry.isTableData() && level == Level.NONE) { // nobody wants to know, but the end must be found
            return RowSums.of(entry.title(), Level.COUNTS);
        }
        return entry.isTableData() ? rows(entry) : new Unread();
    }

    Intake<LargeObject> largeObject(long oid) {
        return new LargeObjectIntake(oid, level);
    }

    void more(long count) {
        bytes.addAndGet(count);
    }

    synchronized void finish(Entry entry, Object found, long size) {
        finished.put(entry.dumpId(), size);
        if (entry.isTableData()) {
            List<String> columns = columns(entry);
            tables.put(
                    entry.table(),
                    new TableRows(
                            orders.of(entry.table(), columns),
                            found instanceof TableSum sum && level != Level.NONE ? sum : null));
        }
    }

    synchronized void add(LargeObject object) {
        largeObjects.add(object);
    }

    synchronized Progress progress() {
        return new Progress(bytes.get(), finished, withData.size());
    }

    synchronized boolean isComplete() {
        return finished.keySet().containsAll(withData.keySet());
    }

    synchronized DumpContent complete() {
        List<Entry> missing = withData.values().stream()
                .filter(entry -> !finished.containsKey(entry.dumpId()))
                .toList();
        if (!missing.isEmpty()) {
            throw DumpFailure.truncated(
                    "The dump has no data for " + missing.getFirst().title()
                            + (missing.size() == 1 ? "." : " and " + (missing.size() - 1) + " more."));
        }
        List<SequenceState> sequences = toc.entries().stream()
                .filter(entry -> entry.type().equals(ArchiveToc.SEQUENCE_SET))
                .flatMap(entry -> SequenceState.of(entry.table(), entry.definition()).stream())
                .toList();
        return new DumpContent(Optional.of(toc), tables, sequences, largeObjects.all());
    }

    private RowSums rows(Entry entry) {
        if (entry.copyStatement() == null) {
            throw DumpFailure.unsupported("The rows of " + entry.table() + " were dumped as INSERT statements.");
        }
        List<String> dumped = columns(entry);
        return RowSums.of(entry.table().toString(), level, dumped, orders.of(entry.table(), dumped));
    }

    private static List<String> columns(Entry entry) {
        return entry.copyStatement() == null
                ? List.of()
                : CopyStatement.parse(entry.copyStatement()).columns();
    }

    /// What nobody asked for.
    private static final class Unread implements Intake<Void> {
        @Override
        public void accept(byte[] buffer, int offset, int length) {}

        @Override
        public Void complete() {
            return null;
        }
    }
}
