package io.lockkeeper.dump;

import java.util.Arrays;

/// Takes the SQL of a plain dump apart, a byte at a time: where statements end, and where comments are.
/// Texts in quotes of any kind may look like anything; they are passed over.
final class SqlText {
    enum Piece {
        STATEMENT,
        COMMENT,
        /// A line for psql.
        COMMAND,
        NOT_YET
    }

    private enum In {
        NOTHING,
        STATEMENT,
        LINE_COMMENT,
        BLOCK_COMMENT,
        COMMAND,
        LITERAL,
        AFTER_LITERAL,
        NAME,
        TAG,
        DOLLARS
    }

    private static final int LONGEST = 1 << 22;

    private In in = In.NOTHING;
    private byte[] text = new byte[1 << 12];
    private int length;
    private boolean wholeLine = true;
    private boolean beginsLine;
    private boolean escapes;
    private boolean skipNext;
    private int parentheses;
    private int comments;
    private byte[] tag = new byte[0];
    private int tagAt;
    private int tagMatched;
    private byte previous;
    private byte beforePrevious;

    /// What has just come to its end with this byte.
    Piece take(byte next) {
        if (in == In.NOTHING && !isSpace(next)) {
            begin(next);
        } else if (in == In.NOTHING) {
            wholeLine = next == '\n';
            return Piece.NOT_YET;
        }
        append(next);
        Piece ended = step(next);
        beforePrevious = previous;
        previous = next;
        if (ended != Piece.NOT_YET) {
            length -= ended == Piece.STATEMENT || length == text.length ? 0 : 1; // the end of the line
            in = In.NOTHING;
            wholeLine = next == '\n';
        }
        return ended;
    }

    /// The bytes of what has just ended; only the beginning of what is very long.
    byte[] text() {
        return text;
    }

    int length() {
        return length;
    }

    /// Whether it began where a line begins. pg_dump's own statements do; those in the body of a function
    /// do not.
    boolean beginsLine() {
        return beginsLine;
    }

    boolean isInside() {
        return in != In.NOTHING;
    }

    private void begin(byte next) {
        length = 0;
        beginsLine = wholeLine;
        parentheses = 0;
        previous = 0;
        beforePrevious = 0;
        in = next == '\\' && wholeLine ? In.COMMAND : In.STATEMENT;
    }

    private Piece step(byte next) {
        switch (in) {
            case STATEMENT -> {
                return inStatement(next);
            }
            case LINE_COMMENT -> {
                return next == '\n' ? endOfLineComment() : Piece.NOT_YET;
            }
            case COMMAND -> {
                return next == '\n' ? Piece.COMMAND : Piece.NOT_YET;
            }
            case BLOCK_COMMENT -> inBlockComment(next);
            case LITERAL -> inLiteral(next);
            case AFTER_LITERAL -> {
                return afterLiteral(next);
            }
            case NAME -> in = next == '"' ? In.STATEMENT : In.NAME;
            case TAG -> {
                return inTag(next);
            }
            case DOLLARS -> inDollars(next);
            case NOTHING -> throw new IllegalStateException();
        }
        return Piece.NOT_YET;
    }

    private Piece inStatement(byte next) {
        switch (next) {
            case ';' -> {
                return parentheses <= 0 ? Piece.STATEMENT : Piece.NOT_YET;
            }
            case '(' -> parentheses++;
            case ')' -> parentheses--;
            case '"' -> in = In.NAME;
            case '\'' -> {
                in = In.LITERAL;
                escapes = (previous == 'E' || previous == 'e') && !isInName(beforePrevious);
            }
            case '-' -> in = previous == '-' ? In.LINE_COMMENT : In.STATEMENT;
            case '*' -> {
                if (previous == '/') {
                    in = In.BLOCK_COMMENT;
                    comments = 1;
                }
            }
            case '$' -> {
                if (!isInName(previous)) {
                    in = In.TAG;
                    tagAt = length - 1;
                }
            }
            default -> {}
        }
        return Piece.NOT_YET;
    }

    /// A comment between statements is a piece; one within a statement is part of it.
    private Piece endOfLineComment() {
        boolean alone = length >= 2 && text[0] == '-' && text[1] == '-';
        in = In.STATEMENT;
        return alone ? Piece.COMMENT : Piece.NOT_YET;
    }

    private void inBlockComment(byte next) {
        if (previous == '/' && next == '*') {
            comments++;
        } else if (previous == '*' && next == '/' && --comments == 0) {
            in = In.STATEMENT;
        }
    }

    private void inLiteral(byte next) {
        if (skipNext) {
            skipNext = false;
        } else if (escapes && next == '\\') {
            skipNext = true;
        } else if (next == '\'') {
            in = In.AFTER_LITERAL;
        }
    }

    /// Two quotes are one within the text.
    private Piece afterLiteral(byte next) {
        in = next == '\'' ? In.LITERAL : In.STATEMENT;
        return next == '\'' ? Piece.NOT_YET : inStatement(next);
    }

    private Piece inTag(byte next) {
        if (next == '$') {
            tag = length < LONGEST ? Arrays.copyOfRange(text, tagAt, length) : tag;
            tagMatched = 0;
            in = In.DOLLARS;
        } else if (!isInName(next) || length - tagAt == 2 && isDigit(next)) {
            in = In.STATEMENT; // a parameter, such as $1
            return inStatement(next);
        }
        return Piece.NOT_YET;
    }

    private void inDollars(byte next) {
        if (next == tag[tagMatched]) {
            tagMatched++;
        } else {
            tagMatched = next == '$' ? 1 : 0;
        }
        if (tagMatched == tag.length) {
            in = In.STATEMENT;
        }
    }

    private void append(byte next) {
        if (length == text.length && length < LONGEST) {
            text = Arrays.copyOf(text, 2 * length);
        }
        if (length < text.length) {
            text[length++] = next;
        }
    }

    private static boolean isSpace(byte each) {
        return each == ' ' || each == '\n' || each == '\t' || each == '\r';
    }

    private static boolean isDigit(byte each) {
        return each >= '0' && each <= '9';
    }

    private static boolean isInName(byte each) {
        return isDigit(each) || each >= 'a' && each <= 'z' || each >= 'A' && each <= 'Z' || each == '_' || each < 0;
    }
}
