package io.lockkeeper.dump;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads along what `pg_dump --format=plain` writes: rows of `COPY` blocks, large objects out of their
/// `lo_open` and `lowrite` statements, positions of sequences, and the comment at the end, without which
/// the dump is not whole. There is no table of contents: for the schema, ask `pg_dump --schema-only
/// --format=custom` in the same snapshot.
///
/// psql's commands, such as `\restrict` with its random token, are passed over.
public final class PlainDump implements Intake<DumpContent> {
    private static final String END = "-- PostgreSQL database dump complete";
    private static final String CALL = "SELECT pg_catalog.";

    private final Level level;
    private final ColumnOrders orders;
    private final SqlText sql = new SqlText();
    private final Map<TableName, TableRows> tables = new HashMap<>();
    private final List<SequenceState> sequences = new ArrayList<>();
    private final LargeObjectSum largeObjects = new LargeObjectSum();
    private Charset charset = StandardCharsets.UTF_8;
    private @Nullable CopyStatement copy;
    private @Nullable RowSums rows;
    private boolean restOfLine;
    private @Nullable LargeObjectIntake largeObject;
    private boolean complete;

    public PlainDump(Level level) {
        this(level, ColumnOrders.asDumped());
    }

    public PlainDump(Level level, ColumnOrders orders) {
        this.level = level;
        this.orders = orders;
    }

    @Override
    public void accept(byte[] buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            if (restOfLine) { // of COPY ... FROM stdin;
                restOfLine = buffer[at++] != '\n';
            } else if (rows != null) {
                at = rows.take(buffer, at, end);
                finishTable();
            } else {
                piece(sql.take(buffer[at++]));
            }
        }
    }

    @Override
    public DumpContent complete() {
        if (rows != null) {
            rows.complete();
        }
        if (!complete || sql.isInside()) {
            throw DumpFailure.truncated("The dump ends without the comment that says it is complete.");
        }
        return new DumpContent(Optional.empty(), tables, sequences, largeObjects.all());
    }

    private void finishTable() {
        if (rows.hasEnded()) {
            TableSum sum = level == Level.NONE ? null : rows.complete();
            TableName table = copy.table();
            var dumped = new TableRows(orders.of(table, copy.columns()), sum);
            tables.merge(table, dumped, TableRows::plus); // partitions by hash of an enum are loaded through their root
            rows = null;
        }
    }

    private void piece(SqlText.Piece piece) {
        if (piece == SqlText.Piece.COMMENT) {
            complete |= sql.length() == END.length() && text().equals(END);
        } else if (piece == SqlText.Piece.STATEMENT && sql.beginsLine()) {
            if (complete) {
                throw DumpFailure.damaged("The dump goes on after the comment that says it is complete.");
            }
            statement();
        }
    }

    private void statement() {
        if (begins("COPY ")) {
            beginTable();
        } else if (begins("INSERT INTO ") && level != Level.NONE) {
            throw DumpFailure.unsupported("The rows were dumped as INSERT statements.");
        } else if (begins("SET client_encoding")) {
            charset = DumpEncoding.of(text());
        } else if (begins(CALL + "setval(")) {
            sequence(text());
        } else if (begins(CALL + "lo_open(")) {
            largeObject = new LargeObjectIntake(Long.parseLong(argument(text())), level);
        } else if (begins(CALL + "lowrite(") && largeObject != null) {
            byte[] bytes = HexFormat.of().parseHex(argument(text()).replaceFirst("^\\\\+x", ""));
            largeObject.accept(bytes, 0, bytes.length);
        } else if (begins(CALL + "lo_close(") && largeObject != null) {
            largeObjects.add(largeObject.complete());
            largeObject = null;
        }
    }

    private void beginTable() {
        String statement = text();
        if (CopyStatement.isOne(statement)) {
            copy = CopyStatement.parse(statement);
            TableName table = copy.table();
            rows = RowSums.of(table.toString(), level, copy.columns(), orders.of(table, copy.columns()));
            restOfLine = true;
        }
    }

    private void sequence(String statement) {
        String literal = argument(statement).replace("''", "'");
        TableName name = new CopyStatement.Names(literal, 0).qualified();
        SequenceState.of(name, statement).ifPresent(sequences::add);
    }

    /// The one text in quotes of a call.
    private static String argument(String call) {
        int first = call.indexOf('\'');
        int last = call.lastIndexOf('\'');
        if (first < 0 || first == last) {
            throw DumpFailure.damaged("A statement of the dump lacks its argument.");
        }
        return call.substring(first + 1, last);
    }

    private boolean begins(String with) {
        if (sql.length() < with.length()) {
            return false;
        }
        for (int i = 0; i < with.length(); i++) {
            if (sql.text()[i] != with.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private String text() {
        return ArchiveBytes.decoded(sql.text(), 0, sql.length(), charset);
    }
}
