package io.lockkeeper.dump;

import java.util.ArrayList;
import java.util.List;

/// What `COPY public."or""ders" (id, "a b") FROM stdin;` names.
record CopyStatement(TableName table, List<String> columns) {
    private static final String BEGIN = "COPY ";

    CopyStatement {
        columns = List.copyOf(columns);
    }

    static boolean isOne(String statement) {
        return statement.startsWith(BEGIN) && statement.stripTrailing().endsWith(" FROM stdin;");
    }

    static CopyStatement parse(String statement) {
        var names = new Names(statement, BEGIN.length());
        if (!isOne(statement)) {
            throw DumpFailure.damaged("A table's data does not begin with a COPY statement.");
        }
        TableName table = names.qualified();
        List<String> columns = new ArrayList<>();
        if (names.skip(" (")) {
            do {
                columns.add(names.one());
            } while (names.skip(", "));
        }
        return new CopyStatement(table, columns);
    }

    /// Reads identifiers as pg_dump writes them.
    static final class Names {
        private final String text;
        private int at;

        Names(String text, int at) {
            this.text = text;
            this.at = at;
        }

        TableName qualified() {
            String schema = one();
            return skip(".") ? new TableName(schema, one()) : new TableName("", schema);
        }

        String one() {
            if (!skip("\"")) {
                int begin = at;
                while (at < text.length() && isPlain(text.charAt(at))) {
                    at++;
                }
                return text.substring(begin, at);
            }
            var name = new StringBuilder();
            while (at < text.length()) {
                char next = text.charAt(at++);
                if (next == '"' && !skip("\"")) {
                    return name.toString();
                }
                name.append(next);
            }
            throw DumpFailure.damaged("A name in the dump has no end.");
        }

        boolean skip(String expected) {
            boolean there = text.startsWith(expected, at);
            at += there ? expected.length() : 0;
            return there;
        }

        private static boolean isPlain(char letter) {
            return Character.isLetterOrDigit(letter) || letter == '_' || letter == '$';
        }
    }
}
