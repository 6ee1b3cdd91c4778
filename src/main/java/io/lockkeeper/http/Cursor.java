package io.lockkeeper.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Where a page ended, as text that callers hand back and do not read. It carries a check over the position *and the
/// filters of the list*, so that a cursor that is used with other filters, cut off or made up is told apart. It is no
/// secret and guards nothing: the position is a key like any other, and what a caller may see is decided anew on
/// every page.
public final class Cursor {
    private static final int CHECK_BYTES = 8;

    private Cursor() {}

    public static String after(Object position, @Nullable Object... filters) {
        byte[] key = position.toString().getBytes(StandardCharsets.UTF_8);
        byte[] all = ByteBuffer.allocate(CHECK_BYTES + key.length)
                .put(check(key, filters))
                .put(key)
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /// The position that the cursor was made with; empty for the first page.
    public static Optional<String> position(@Nullable String cursor, @Nullable Object... filters) {
        return cursor == null ? Optional.empty() : Optional.of(read(cursor, filters));
    }

    /// The same for lists that are ordered by a number.
    public static long number(@Nullable String cursor, long first, @Nullable Object... filters) {
        try {
            return cursor == null ? first : Long.parseLong(read(cursor, filters));
        } catch (NumberFormatException madeUp) {
            throw mismatch();
        }
    }

    private static String read(String cursor, @Nullable Object[] filters) {
        byte[] all = decoded(cursor);
        if (all.length <= CHECK_BYTES) {
            throw mismatch();
        }
        byte[] key = Arrays.copyOfRange(all, CHECK_BYTES, all.length);
        if (!Arrays.equals(check(key, filters), Arrays.copyOf(all, CHECK_BYTES))) {
            throw mismatch();
        }
        return new String(key, StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String cursor) {
        try {
            return Base64.getUrlDecoder().decode(cursor);
        } catch (IllegalArgumentException garbage) {
            throw mismatch();
        }
    }

    private static byte[] check(byte[] key, @Nullable Object[] filters) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Object filter : filters) {
                byte[] text = String.valueOf(filter).getBytes(StandardCharsets.UTF_8);
                digest.update(ByteBuffer.allocate(4)
                        .putInt(filter == null ? -1 : text.length)
                        .flip());
                digest.update(text);
            }
            digest.update(key);
            return Arrays.copyOf(digest.digest(), CHECK_BYTES);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Refused mismatch() {
        return new Refused(Problem.of(
                400,
                "cursor-mismatch",
                "Cursor does not fit",
                "The cursor does not belong to this list with these filters; start again without a cursor."));
    }
}
