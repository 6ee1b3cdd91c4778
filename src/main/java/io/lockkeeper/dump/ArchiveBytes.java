package io.lockkeeper.dump;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The numbers and texts of an archive, out of bytes that come little by little.
final class ArchiveBytes {
    /// Not all is there yet.
    private static final class NotYet extends RuntimeException {
        private static final NotYet INSTANCE = new NotYet();

        private NotYet() {
            super(null, null, false, false);
        }
    }

    private static final int LONGEST_TEXT = 1 << 28;

    private byte[] held = new byte[1 << 16];
    private int at;
    private int end;
    private Charset charset = StandardCharsets.UTF_8;

    void append(byte[] buffer, int offset, int length) {
        if (end + length > held.length) {
            held = Arrays.copyOf(held, Math.max(end + length, 2 * held.length));
        }
        System.arraycopy(buffer, offset, held, end, length);
        end += length;
    }

    /// Reads one thing, or nothing of it if it is not all there.
    boolean attempt(Runnable read) {
        int before = at;
        try {
            read.run();
            return true;
        } catch (NotYet more) {
            at = before;
            return false;
        }
    }

    int left() {
        return end - at;
    }

    /// Drops what was read, or everything.
    void forget(boolean everything) {
        if (everything) {
            held = new byte[0];
            at = 0;
            end = 0;
            return;
        }
        System.arraycopy(held, at, held, 0, end - at);
        end -= at;
        at = 0;
    }

    int octet() {
        need(1);
        return held[at++] & 0xff;
    }

    /// A sign, then four bytes from the least to the most.
    int number() {
        need(1 + Integer.BYTES);
        int value = signed(held[at], little(held, at + 1));
        at += 1 + Integer.BYTES;
        return value;
    }

    @Nullable
    String text() {
        int length = number();
        if (length < 0) {
            return null;
        }
        if (length > LONGEST_TEXT) {
            throw DumpFailure.damaged("The table of contents has a text of " + length + " bytes.");
        }
        need(length);
        String text = decoded(held, at, length, charset);
        at += length;
        return text;
    }

    /// From now on, by an entry such as `SET client_encoding = 'LATIN1';`.
    void encodedAs(String statement) {
        charset = DumpEncoding.of(statement);
    }

    static int little(byte[] from, int at) {
        return from[at] & 0xff | (from[at + 1] & 0xff) << 8 | (from[at + 2] & 0xff) << 16 | (from[at + 3] & 0xff) << 24;
    }

    static int signed(byte sign, int value) {
        return switch (sign) {
            case 0 -> value;
            case 1 -> -value;
            default -> throw DumpFailure.damaged("A number in the dump is none.");
        };
    }

    /// What is not as it says it is encoded becomes what is at least the same for the same bytes.
    static String decoded(byte[] from, int at, int length, Charset charset) {
        try {
            return charset.newDecoder()
                    .decode(ByteBuffer.wrap(from, at, length))
                    .toString();
        } catch (CharacterCodingException otherwise) {
            return new String(from, at, length, StandardCharsets.ISO_8859_1);
        }
    }

    private void need(int bytes) {
        if (end - at < bytes) {
            throw NotYet.INSTANCE;
        }
    }
}
