package io.lockkeeper.sql;

import io.lockkeeper.sql.Statement.CopyData;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the statements of one script, as psql does: a semicolon ends one if it stands in no parentheses
/// and in no body of a function.
final class Splitter {
    private final String text;
    private final Lines lines;
    private final @Nullable Delimiter delimiter;
    private final Lexer lexer;
    private final List<Statement> found = new ArrayList<>();
    private boolean stringsEscape;
    private boolean localStringsEscape;

    // of the statement that is being read
    private Opening opening = new Opening();
    private int begin = -1;
    private int firstToken = -1;
    private int last;
    private int parentheses;
    private int openedAt;
    private int ends;
    private int bodyAt;
    private boolean afterBegin;
    private boolean mayBeAName;

    /// @param delimiter what ends a statement besides the semicolon
    Splitter(String text, Lines lines, @Nullable Delimiter delimiter) {
        this.text = text;
        this.delimiter = delimiter;
        this.lines = lines;
        this.lexer = new Lexer(text, lines);
    }

    List<Statement> split() {
        for (Lexer.Kind kind = lexer.next(); kind != Lexer.Kind.END; kind = lexer.next()) {
            boolean outside = parentheses == 0 && ends == 0;
            if (kind == Lexer.Kind.SEMICOLON && outside) {
                end(lexer.start());
            } else if (delimiter != null && outside && delimiter.isAt(text, lexer.start(), lexer.end())) {
                lexer.goTo(lexer.start() + delimiter.text().length());
                end(last);
            } else {
                read(kind);
            }
        }
        if (ends > 0) {
            throw lines.fault(bodyAt, "A body (BEGIN ATOMIC) begins here and never ends.");
        }
        if (parentheses > 0) {
            throw lines.fault(openedAt, "A parenthesis is opened here and never closed.");
        }
        end(last);
        return found;
    }

    private void read(Lexer.Kind kind) {
        if (begin < 0) {
            begin = lexer.start();
        }
        last = lexer.end();
        switch (kind) {
            case BLOCK_COMMENT -> {
                return;
            }
            case BACKSLASH -> throw lines.fault(lexer.start(), "psql's own command " + command() + " cannot be run.");
            case OPENS -> {
                openedAt = parentheses++ == 0 ? lexer.start() : openedAt;
            }
            case CLOSES -> parentheses = Math.max(0, parentheses - 1);
            case WORD -> bodies();
            default -> {}
        }
        firstToken = firstToken < 0 ? lexer.start() : firstToken;
        if (parentheses == 0) {
            opening.read(lexer);
        }
        afterBegin = kind == Lexer.Kind.WORD && lexer.is("begin");
        mayBeAName = lexer.is(".") || kind == Lexer.Kind.WORD && lexer.is("as");
    }

    /// A body ends with END, and so does each CASE in it; in parentheses they come in pairs. psql takes any
    /// BEGIN for that of a body, and `x.end` for an END; we do not.
    private void bodies() {
        if (parentheses > 0 || mayBeAName || !opening.isRoutine()) {
            return;
        }
        if (ends == 0 && afterBegin && lexer.is("atomic")) {
            ends = 1;
            bodyAt = lexer.start();
        } else if (ends > 0 && lexer.is("case")) {
            ends++;
        } else if (ends > 0 && lexer.is("end")) {
            ends--;
        }
    }

    private void end(int end) {
        if (firstToken >= 0) {
            CopyData copy = opening.readsRows() ? rows() : null;
            found.add(new Statement(begin, end, lines.line(firstToken), text.substring(begin, end), copy));
            followSettings();
        }
        opening = new Opening();
        begin = -1;
        firstToken = -1;
        afterBegin = false;
        mayBeAName = false;
    }

    private void followSettings() {
        boolean escape = opening.letsStringsEscape(opening.isLocal() ? localStringsEscape : stringsEscape);
        if (opening.endsTransaction()) {
            localStringsEscape = stringsEscape;
        } else if (opening.isLocal()) {
            localStringsEscape = escape;
        } else if (escape != stringsEscape) {
            stringsEscape = escape;
            localStringsEscape = escape;
        }
        lexer.letPlainStringsEscape(localStringsEscape);
    }

    /// The rows that follow a COPY, up to the line `\.`.
    private CopyData rows() {
        int rest = lexer.end();
        int start = nextLine(rest);
        if (!isBlank(rest, start)) {
            throw lines.fault(
                    rest, "Nothing but the end of the line can follow COPY ... FROM stdin; its rows come next.");
        }
        for (int line = start; line < text.length(); line = nextLine(line)) {
            int next = nextLine(line);
            if (endsRows(text.substring(line, Math.min(next, line + 5)))) {
                lexer.goTo(next);
                return new CopyData(start, line, lines.line(start), text.substring(start, line));
            }
        }
        throw lines.fault(firstToken, "The rows of this COPY ... FROM stdin are not ended by a line \\.");
    }

    private static boolean endsRows(String line) {
        return line.equals("\\.\n") || line.equals("\\.\r\n") || line.equals("\\.");
    }

    private int nextLine(int from) {
        int end = text.indexOf('\n', from);
        return end < 0 ? text.length() : end + 1;
    }

    private boolean isBlank(int from, int to) {
        int i = from;
        while (i < to && Character.isWhitespace(text.charAt(i))) {
            i++;
        }
        return i == to || text.startsWith("--", i);
    }

    private String command() {
        int end = lexer.end();
        while (end < text.length() && end - lexer.end() < 32 && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return text.substring(lexer.start(), end);
    }
}
