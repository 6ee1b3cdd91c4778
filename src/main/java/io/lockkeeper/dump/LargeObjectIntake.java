package io.lockkeeper.dump;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// One large object's bytes.
final class LargeObjectIntake implements Intake<LargeObject> {
    private final long oid;
    private final @Nullable MessageDigest digest;
    private long size;

    LargeObjectIntake(long oid, Level level) {
        this.oid = oid;
        this.digest = level == Level.FULL ? Sha256.fresh() : null;
    }

    @Override
    public void accept(byte[] buffer, int offset, int length) {
        size += length;
        if (digest != null) {
            digest.update(buffer, offset, length);
        }
    }

    @Override
    public LargeObject complete() {
        return new LargeObject(oid, size, digest == null ? null : HexFormat.of().formatHex(digest.digest()));
    }
}
