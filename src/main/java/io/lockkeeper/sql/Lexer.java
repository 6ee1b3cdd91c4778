package io.lockkeeper.sql;

/// PostgreSQL's tokens, as far as one must know them to see where a statement ends: psql's scanner. Goes
/// over the text once, whatever it holds. Blanks and comments of one line are passed over.
final class Lexer {
    enum Kind {
        WORD,
        /// A string of any kind, or a name in double quotes.
        QUOTED,
        SEMICOLON,
        OPENS,
        CLOSES,
        BACKSLASH,
        BLOCK_COMMENT,
        /// A number, a parameter, one character of an operator.
        OTHER,
        END
    }

    private final String text;
    private final Lines lines;
    private boolean plainStringsEscape;
    private int start;
    private int at;

    Lexer(String text, Lines lines) {
        this.text = text;
        this.lines = lines;
        this.at = text.startsWith("\uFEFF") ? 1 : 0;
    }

    /// Where the token begins that was read last.
    int start() {
        return start;
    }

    /// Where it ends, and the next one is looked for.
    int end() {
        return at;
    }

    void goTo(int position) {
        at = position;
    }

    /// Whether a backslash escapes in `'...'` too: `standard_conforming_strings = off`.
    void letPlainStringsEscape(boolean escape) {
        plainStringsEscape = escape;
    }

    /// Whether the token is this keyword, which is given in lower case.
    boolean is(String keyword) {
        return at - start == keyword.length() && Letters.areThere(text, start, keyword);
    }

    String token() {
        return text.substring(start, at);
    }

    Kind next() {
        at = afterBlanks(at);
        start = at;
        if (at == text.length()) {
            return Kind.END;
        }
        char first = text.charAt(at);
        return switch (first) {
            case ';' -> single(Kind.SEMICOLON);
            case '(' -> single(Kind.OPENS);
            case ')' -> single(Kind.CLOSES);
            case '\\' -> single(Kind.BACKSLASH);
            case '\'' -> string(at, plainStringsEscape);
            case '"' -> name(at);
            case '$' -> dollar();
            case '/' -> follows(at + 1, '*') ? blockComment() : single(Kind.OTHER);
            default -> Letters.beginsName(first) ? word() : Letters.isDigit(first) ? number() : single(Kind.OTHER);
        };
    }

    private Kind single(Kind kind) {
        at++;
        return kind;
    }

    private Kind word() {
        at = afterName(at);
        if (at - start != 1) {
            return Kind.WORD;
        }
        boolean quote = follows(at, '\'');
        return switch (text.charAt(start)) {
            case 'e', 'E' -> quote ? string(at, true) : Kind.WORD;
            case 'b', 'B', 'x', 'X' -> quote ? string(at, false) : Kind.WORD;
            case 'n', 'N' -> quote ? string(at, plainStringsEscape) : Kind.WORD;
            case 'u', 'U' -> unicode();
            default -> Kind.WORD;
        };
    }

    private Kind unicode() {
        if (!follows(at, '&')) {
            return Kind.WORD;
        }
        return follows(at + 1, '\'') ? string(at + 1, false) : follows(at + 1, '"') ? name(at + 1) : Kind.WORD;
    }

    private Kind number() {
        while (at < text.length() && (Letters.isDigit(text.charAt(at)) || Letters.beginsName(text.charAt(at)))) {
            at++;
        }
        return Kind.OTHER;
    }

    private Kind string(int quote, boolean escapes) {
        int i = quote + 1;
        while (true) {
            int end = escapes ? endOfEscaped(i) : text.indexOf('\'', i);
            if (end < 0) {
                throw lines.fault(start, "A string begins here and never ends.");
            }
            if (follows(end + 1, '\'')) {
                i = end + 2;
                continue;
            }
            int more = escapes ? continuation(end + 1) : -1;
            if (more < 0) {
                at = end + 1;
                return Kind.QUOTED;
            }
            i = more;
        }
    }

    private int endOfEscaped(int from) {
        for (int i = from; i < text.length(); i++) {
            char each = text.charAt(i);
            if (each == '\'') {
                return i;
            }
            if (each == '\\') {
                i++;
            }
        }
        return -1;
    }

    /// A string goes on, in its own way, after blanks with an end of line in them.
    private int continuation(int from) {
        int next = afterBlanks(from);
        if (!follows(next, '\'')) {
            return -1;
        }
        for (int i = from; i < next; i++) {
            if (text.charAt(i) == '\n' || text.charAt(i) == '\r') {
                return next + 1;
            }
        }
        return -1;
    }

    private Kind name(int quote) {
        int end = text.indexOf('"', quote + 1);
        while (end >= 0 && follows(end + 1, '"')) {
            end = text.indexOf('"', end + 2);
        }
        if (end < 0) {
            throw lines.fault(start, "A name in double quotes begins here and never ends.");
        }
        at = end + 1;
        return Kind.QUOTED;
    }

    private Kind dollar() {
        int i = at + 1;
        if (i < text.length() && !Letters.isDigit(text.charAt(i))) {
            while (i < text.length() && (Letters.beginsName(text.charAt(i)) || Letters.isDigit(text.charAt(i)))) {
                i++;
            }
        }
        if (!follows(i, '$')) {
            return single(Kind.OTHER);
        }
        String delimiter = text.substring(at, i + 1);
        int end = text.indexOf(delimiter, i + 1);
        if (end < 0) {
            String shown = delimiter.length() <= 66 ? delimiter : delimiter.substring(0, 64) + "...";
            throw lines.fault(start, "A string in " + shown + " begins here and never ends.");
        }
        at = end + delimiter.length();
        return Kind.QUOTED;
    }

    private Kind blockComment() {
        int depth = 0;
        int i = at;
        do {
            if (i + 1 >= text.length()) {
                throw lines.fault(start, "A comment begins here and never ends.");
            }
            if (text.charAt(i) == '/' && text.charAt(i + 1) == '*') {
                depth++;
                i += 2;
            } else if (text.charAt(i) == '*' && text.charAt(i + 1) == '/') {
                depth--;
                i += 2;
            } else {
                i++;
            }
        } while (depth > 0);
        at = i;
        return Kind.BLOCK_COMMENT;
    }

    private int afterBlanks(int from) {
        int i = from;
        while (i < text.length()) {
            char each = text.charAt(i);
            if (each == '-' && follows(i + 1, '-')) {
                while (i < text.length() && text.charAt(i) != '\n' && text.charAt(i) != '\r') {
                    i++;
                }
            } else if (each == ' ' || each >= '\t' && each <= '\r') {
                i++;
            } else {
                break;
            }
        }
        return i;
    }

    private int afterName(int from) {
        int i = from;
        while (i < text.length()) {
            char each = text.charAt(i);
            if (!Letters.beginsName(each) && !Letters.isDigit(each) && each != '$') {
                break;
            }
            i++;
        }
        return i;
    }

    private boolean follows(int position, char wanted) {
        return position < text.length() && text.charAt(position) == wanted;
    }
}
