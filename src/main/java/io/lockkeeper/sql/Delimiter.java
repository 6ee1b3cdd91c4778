package io.lockkeeper.sql;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What ends a statement besides the semicolon, where a script's tool was told so. It counts outside of strings,
/// comments, parentheses and bodies.
///
/// @param beginsLine  nothing stands before it in its line
public record Delimiter(String text, boolean beginsLine) {
    /// A word, a sign, or several that mean nothing in a regular expression: for those tools differ.
    private static final Pattern PLAIN = Pattern.compile("(\\\\n)?([A-Za-z_]+|[/#@!~%&;]+|[|^])");

    /// As Liquibase has it: `\n` before it wants the beginning of a line, and so does a single `/`.
    ///
    /// @return empty: it is none that we could find as surely as the tool does
    public static Optional<Delimiter> of(String word) {
        Matcher plain = PLAIN.matcher(word);
        return plain.matches()
                ? Optional.of(new Delimiter(plain.group(2), plain.group(1) != null || word.equals("/")))
                : Optional.empty();
    }

    /// @param start of a token in the script
    /// @param end of that token
    boolean isAt(String script, int start, int end) {
        boolean isWord = Character.isLetter(text.charAt(0)) || text.charAt(0) == '_';
        return (!isWord || end - start == text.length())
                && script.regionMatches(true, start, text, 0, text.length())
                && (!beginsLine || start == 0 || script.charAt(start - 1) == '\n');
    }
}
