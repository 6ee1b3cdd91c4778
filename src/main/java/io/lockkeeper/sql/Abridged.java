package io.lockkeeper.sql;

/// A statement without most of its rows: of a long `INSERT ... VALUES` the grammar reads the first hundred. A
/// megabyte of rows would take it a second, and fifty of memory; the server reads them all anyway.
///
/// @param cutAt     characters (code points) before what was left out
/// @param cutLength characters of that
record Abridged(String text, int cutAt, int cutLength) {
    private static final int LONG = 1 << 16;
    private static final int ROWS = 100;

    /// @throws SqlFault for a string or comment that never ends
    static Abridged of(String statement, Lines lines) {
        if (statement.length() < LONG) {
            return new Abridged(statement, 0, 0);
        }
        Lexer lexer = new Lexer(statement, lines);
        int from = -1;
        int to = -1;
        if (findRows(lexer)) {
            int rows = 0;
            int parentheses = 0;
            for (Lexer.Kind kind = lexer.next(); kind != Lexer.Kind.END; kind = lexer.next()) {
                if (kind == Lexer.Kind.OPENS) {
                    parentheses++;
                } else if (kind == Lexer.Kind.CLOSES && --parentheses == 0) {
                    rows++;
                    from = rows == ROWS ? lexer.end() : from;
                    to = lexer.end();
                } else if (parentheses == 0 && kind != Lexer.Kind.BLOCK_COMMENT && !lexer.is(",")) {
                    break;
                }
            }
        }
        return from < 0 ? new Abridged(statement, 0, 0) : without(statement, from, to);
    }

    /// Goes to the VALUES of an INSERT.
    private static boolean findRows(Lexer lexer) {
        boolean insert = false;
        int parentheses = 0;
        for (Lexer.Kind kind = lexer.next(); kind != Lexer.Kind.END; kind = lexer.next()) {
            switch (kind) {
                case OPENS -> parentheses++;
                case CLOSES -> parentheses--;
                case WORD -> {
                    if (parentheses == 0 && insert && lexer.is("values")) {
                        return true;
                    }
                    insert |= parentheses == 0 && lexer.is("insert");
                }
                default -> {}
            }
        }
        return false;
    }

    private static Abridged without(String statement, int from, int to) {
        return new Abridged(
                statement.substring(0, from) + statement.substring(to),
                statement.codePointCount(0, from),
                statement.codePointCount(from, to));
    }

    /// Where a character of the text stands in the statement.
    int original(int character) {
        return character < cutAt ? character : character + cutLength;
    }
}
