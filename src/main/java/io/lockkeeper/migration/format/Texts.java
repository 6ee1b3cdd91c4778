package io.lockkeeper.migration.format;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Files as text.
final class Texts {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Texts() {}

    /// Without a byte order mark.
    ///
    /// @throws FormatFault where it is not UTF-8
    static String of(SourceFile file) {
        String text = asIs(file);
        return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
    }

    static String asIs(SourceFile file) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file.content()))
                    .toString();
        } catch (CharacterCodingException other) {
            throw new FormatFault(file.path(), 0, "is not UTF-8; nothing else is read");
        }
    }
}
