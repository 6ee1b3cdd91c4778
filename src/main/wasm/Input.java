/// Reads a stretch of a WebAssembly module.
final class Input {
    final byte[] bytes;
    final int end;
    int at;

    Input(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    boolean hasMore() {
        return at < end;
    }

    int next() {
        return bytes[at++] & 0xff;
    }

    /// LEB128 without a sign.
    int number() {
        long value = 0;
        int shift = 0;
        int each;
        do {
            each = next();
            value |= (long) (each & 127) << shift;
            shift += 7;
        } while (each >= 128);
        return (int) value;
    }

    /// LEB128 with a sign.
    long signed() {
        long value = 0;
        int shift = 0;
        int each;
        do {
            each = next();
            value |= (long) (each & 127) << shift;
            shift += 7;
        } while (each >= 128);
        return shift < 64 && (each & 64) != 0 ? value | -1L << shift : value;
    }

    void skip(int count) {
        at += count;
    }

    void skipNumbers(int count) {
        for (int i = 0; i < count; i++) {
            while (next() >= 128) {}
        }
    }

    int[] numbers(int count) {
        int[] all = new int[count];
        for (int i = 0; i < count; i++) {
            all[i] = number();
        }
        return all;
    }
}
