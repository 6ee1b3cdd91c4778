package io.lockkeeper.depot;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Stored bytes as they come from the depot; at their end they are the right ones, or this throws.
final class VerifiedInput extends InputStream {
    private final InputStream in;
    private final StoredFile file;
    private final BiFunction<String, @Nullable Throwable, DepotFailure> damaged;
    private final MessageDigest digest = Streams.sha256();
    private long count;
    private boolean verified;

    VerifiedInput(InputStream in, StoredFile file, BiFunction<String, @Nullable Throwable, DepotFailure> damaged) {
        this.in = in;
        this.file = file;
        this.damaged = damaged;
    }

    DepotFailure damaged(String how, @Nullable Throwable cause) {
        return damaged.apply(how, cause);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        int got = in.read(into, from, length);
        if (got < 0) {
            verify();
            return -1;
        }
        digest.update(into, from, got);
        count += got;
        if (count > file.storedBytes()) {
            throw damaged("has more than the " + file.storedBytes() + " bytes that were written", null);
        }
        return got;
    }

    private void verify() {
        if (verified) {
            return;
        }
        if (count < file.storedBytes()) {
            throw damaged("ends after " + count + " of " + file.storedBytes() + " bytes", null);
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(file.sha256())) {
            throw damaged("has other bytes than those that were written", null);
        }
        verified = true;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
