import java.io.ByteArrayOutputStream;

/// Writes a stretch of a WebAssembly module.
final class Output {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output put(int... each) {
        for (int one : each) {
            bytes.write(one);
        }
        return this;
    }

    /// LEB128 without a sign.
    Output number(long value) {
        long rest = value;
        while (rest >= 128) {
            bytes.write((int) (rest & 127) | 128);
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return this;
    }

    /// LEB128 with a sign.
    Output signed(long value) {
        long rest = value;
        while (rest < -64 || rest > 63) {
            bytes.write((int) (rest & 127) | 128);
            rest >>= 7;
        }
        bytes.write((int) (rest & 127));
        return this;
    }

    Output raw(byte[] all) {
        return raw(all, 0, all.length);
    }

    Output raw(byte[] all, int from, int to) {
        bytes.write(all, from, to - from);
        return this;
    }

    int size() {
        return bytes.size();
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }
}
