package io.lockkeeper.restore;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Takes SQL apart as far as it takes to read what `pg_dumpall --globals-only` writes, whose names may hold anything.
final class SqlTokens {
    private final String sql;
    private int at;

    private SqlTokens(String sql) {
        this.sql = sql;
    }

    /// A piece of a statement.
    ///
    /// @param text of a name as the catalogue has it, of a word in lower case, of anything else as it stands
    record Token(Type type, String text) {
        enum Type {
            /// Not quoted: a keyword, or a name in lower case.
            WORD,
            /// In double quotes: a name for certain.
            NAME,
            /// In single quotes, a number, a sign.
            OTHER
        }

        boolean is(String word) {
            return type == Type.WORD && text.equals(word);
        }

        boolean mayBeAName() {
            return type != Type.OTHER;
        }
    }

    static List<List<Token>> statements(String sql) {
        return new SqlTokens(sql).statements();
    }

    private List<List<Token>> statements() {
        List<List<Token>> all = new ArrayList<>();
        List<Token> statement = new ArrayList<>();
        while (at < sql.length()) {
            char c = sql.charAt(at);
            if (c == ';') {
                all.add(List.copyOf(statement));
                statement.clear();
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (sql.startsWith("--", at) || c == '\\' && statement.isEmpty()) { // a comment; psql's own
                at = end('\n');
            } else {
                statement.add(token(c));
            }
        }
        return all;
    }

    private Token token(char c) {
        if (c == '"') {
            return new Token(Token.Type.NAME, quoted('"', false));
        }
        if (c == '\'' || (c == 'E' || c == 'e') && sql.startsWith("'", at + 1)) {
            boolean escapes = c != '\'';
            at += escapes ? 1 : 0;
            return new Token(Token.Type.OTHER, quoted('\'', escapes));
        }
        int start = at;
        if (isWord(c)) {
            while (at < sql.length() && isWord(sql.charAt(at))) {
                at++;
            }
            return new Token(Token.Type.WORD, sql.substring(start, at).toLowerCase(Locale.ROOT));
        }
        at++;
        return new Token(Token.Type.OTHER, sql.substring(start, at));
    }

    private static boolean isWord(char c) {
        return c == '_' || c == '$' || Character.isLetterOrDigit(c);
    }

    private String quoted(char quote, boolean escapes) {
        StringBuilder text = new StringBuilder();
        for (at++; at < sql.length(); at++) {
            char c = sql.charAt(at);
            if (escapes && c == '\\' && at + 1 < sql.length()) {
                text.append(sql.charAt(++at));
            } else if (c != quote) {
                text.append(c);
            } else if (sql.startsWith(String.valueOf(quote), at + 1)) {
                text.append(c);
                at++;
            } else {
                at++;
                break;
            }
        }
        return text.toString();
    }

    private int end(char mark) {
        int end = sql.indexOf(mark, at);
        return end < 0 ? sql.length() : end + 1;
    }
}
