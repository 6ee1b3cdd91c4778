package io.lockkeeper.migration;

import io.lockkeeper.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The rows that stand in a file behind `COPY ... FROM stdin`, as INSERTs: the connections that we have cannot
/// copy. The server reads each value by the same function either way; but rules apply, and triggers for
/// statements fire for each batch.
final class CopyRows {
    private static final int BATCH = 500;
    private static final Pattern PLAIN = Pattern.compile(
            "(?:--[^\\n]*\\n|/\\*.*?\\*/|\\s)*COPY\\s+(.+?)\\s+FROM\\s+STDIN\\s*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final String NULL = "\\N";

    private CopyRows() {}

    /// @throws IllegalArgumentException where it is not the plain form
    static List<String> inserts(Statement statement) {
        Matcher plain = PLAIN.matcher(statement.text());
        if (!plain.matches()) {
            throw new IllegalArgumentException(
                    "COPY with options and rows in the file is not run; leave the options out, or write INSERT");
        }
        String head = "INSERT INTO " + plain.group(1) + " OVERRIDING SYSTEM VALUE VALUES\n";
        List<String> inserts = new ArrayList<>();
        List<String> batch = new ArrayList<>();
        for (String line : statement.copy().text().lines().toList()) {
            batch.add(row(line));
            if (batch.size() == BATCH) {
                inserts.add(head + String.join(",\n", batch));
                batch.clear();
            }
        }
        if (!batch.isEmpty()) {
            inserts.add(head + String.join(",\n", batch));
        }
        return inserts;
    }

    private static String row(String line) {
        List<String> values = new ArrayList<>();
        for (String field : line.split("\t", -1)) {
            values.add(field.equals(NULL) ? "NULL" : literal(plain(field)));
        }
        return "(" + String.join(", ", values) + ")";
    }

    /// Right whatever the session says about backslashes.
    private static String literal(String value) {
        return "E'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    private static String plain(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            char c = field.charAt(i);
            if (c != '\\' || i + 1 == field.length()) {
                value.append(c);
                continue;
            }
            char next = field.charAt(++i);
            int special = "bfnrtv".indexOf(next);
            if (special >= 0) {
                value.append("\b\f\n\r\t\u000B".charAt(special));
            } else if (next == 'x' || next >= '0' && next <= '7') {
                throw new IllegalArgumentException(
                        "COPY with bytes written as \\" + next + " is not run; write INSERT");
            } else {
                value.append(next);
            }
        }
        return value.toString();
    }
}
