package io.lockkeeper.sql;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file of SQL, taken apart where psql takes it apart. psql's own commands (`\i`, `\copy`, ...) are
/// refused, and so is whatever would swallow the rest of the file: a string, comment, dollar quote,
/// parenthesis or body that never ends.
public final class Script {
    private final String text;
    private final Lines lines;
    private final List<Statement> statements;

    private Script(String text, Lines lines, List<Statement> statements) {
        this.text = text;
        this.lines = lines;
        this.statements = List.copyOf(statements);
    }

    /// Takes time in proportion to the text's length, whatever it holds.
    public static Script split(String text) {
        return split(text, null);
    }

    /// @param delimiter what ends a statement besides the semicolon
    public static Script split(String text, @Nullable Delimiter delimiter) {
        Lines lines = new Lines(text);
        int nul = text.indexOf('\0');
        if (nul >= 0) {
            throw lines.fault(nul, "A NUL character cannot stand in SQL.");
        }
        return new Script(text, lines, new Splitter(text, lines, delimiter).split());
    }

    /// Refuses what is not UTF-8: another encoding's text would be stored wrongly, and for ever.
    public static Script split(byte[] utf8) {
        CharBuffer chars = CharBuffer.allocate(utf8.length);
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CoderResult decoded = decoder.decode(ByteBuffer.wrap(utf8), chars, true);
        String text = chars.flip().toString();
        if (decoded.isError()) {
            throw new Lines(text).fault(text.length(), "The text is not UTF-8 from here on.");
        }
        return split(text);
    }

    public List<Statement> statements() {
        return statements;
    }

    public String text() {
        return text;
    }

    /// A fault that was found in a statement alone, with its place in the whole script.
    public SqlFault inScript(Statement statement, SqlFault fault) {
        return lines.fault(statement.start() + fault.position(), fault.detail());
    }
}
