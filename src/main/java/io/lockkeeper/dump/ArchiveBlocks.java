package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;

/// The data of a custom archive, behind its table of contents: blocks of `kind, entry`, then for a table
/// `(length, bytes)* 0`, for large objects `(number, (length, bytes)* 0)* 0`. There is no mark at the end
/// of it all.
final class ArchiveBlocks {
    private static final int TABLE = 1;
    private static final int LARGE_OBJECTS = 3;
    private static final int NUMBER_BYTES = 1 + Integer.BYTES;

    private enum Expected {
        BLOCK,
        ENTRY,
        OBJECT,
        LENGTH,
        BYTES,
        AGAIN
    }

    private final Contents contents;
    private final TocReader again;
    private final byte[] number = new byte[NUMBER_BYTES];
    private Expected expected = Expected.BLOCK;
    private int have;
    private int kind;
    private int left;
    private long size;
    private Entry entry;
    private Intake<?> item;

    /// @param again reads the table of contents that pg_dump appends by mistake when its output is a file
    ///     that was opened for it: it wants to go back and fill in where the data lies, and may not
    ArchiveBlocks(Contents contents, TocReader again) {
        this.contents = contents;
        this.again = again;
    }

    void accept(byte[] buffer, int offset, int length) {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            at = switch (expected) {
                case BLOCK -> block(buffer[at], at + 1);
                case AGAIN -> again(buffer, at, end);
                case BYTES -> bytes(buffer, at, end);
                default -> number(buffer, at, end);
            };
        }
        contents.more(length);
    }

    DumpContent complete() {
        if (expected == Expected.AGAIN) {
            again.complete();
        } else if (expected != Expected.BLOCK) {
            String where = entry == null ? "a block of data" : entry.title();
            throw DumpFailure.truncated("The dump ends within " + where + ".");
        }
        return contents.complete();
    }

    private int block(int block, int next) {
        if (block == 0 && contents.isComplete()) {
            expected = Expected.AGAIN;
            return next - 1;
        }
        if (block != TABLE && block != LARGE_OBJECTS) {
            throw DumpFailure.damaged("There is a block of data of an unknown kind, " + block + ".");
        }
        kind = block;
        entry = null;
        expected = Expected.ENTRY;
        return next;
    }

    private int again(byte[] buffer, int at, int end) {
        if (again.accept(buffer, at, end - at) < end - at) {
            throw DumpFailure.damaged("Something follows the end of the dump.");
        }
        return end;
    }

    private int bytes(byte[] buffer, int at, int end) {
        int count = Math.min(left, end - at);
        item.accept(buffer, at, count);
        left -= count;
        if (left == 0) {
            expected = Expected.LENGTH;
        }
        return at + count;
    }

    private int number(byte[] buffer, int at, int end) {
        if (have == 0 && end - at >= NUMBER_BYTES) {
            take(ArchiveBytes.signed(buffer[at], ArchiveBytes.little(buffer, at + 1)));
            return at + NUMBER_BYTES;
        }
        int next = at;
        while (next < end && have < NUMBER_BYTES) {
            number[have++] = buffer[next++];
        }
        if (have == NUMBER_BYTES) {
            have = 0;
            take(ArchiveBytes.signed(number[0], ArchiveBytes.little(number, 1)));
        }
        return next;
    }

    private void take(int value) {
        switch (expected) {
            case ENTRY -> beginEntry(value);
            case OBJECT -> beginObject(value);
            default -> beginBytes(value);
        }
    }

    private void beginEntry(int dumpId) {
        entry = contents.begin(dumpId);
        if (entry.isLargeObjects() != (kind == LARGE_OBJECTS)) {
            throw DumpFailure.damaged("The data of " + entry.title() + " is of the wrong kind.");
        }
        size = 0;
        if (kind == TABLE) {
            item = contents.intake(entry);
        }
        expected = kind == TABLE ? Expected.LENGTH : Expected.OBJECT;
    }

    private void beginObject(int oid) {
        if (oid == 0) {
            finish(null);
        } else {
            item = contents.largeObject(Integer.toUnsignedLong(oid));
            expected = Expected.LENGTH;
        }
    }

    private void beginBytes(int length) {
        if (length < 0) {
            throw DumpFailure.damaged("A piece of " + entry.title() + " has " + length + " bytes.");
        }
        size += length;
        left = length;
        if (length > 0) {
            expected = Expected.BYTES;
        } else if (kind == TABLE) {
            finish(item.complete());
        } else {
            contents.add((LargeObject) item.complete());
            expected = Expected.OBJECT;
        }
    }

    private void finish(Object found) {
        contents.finish(entry, found, size);
        expected = Expected.BLOCK;
    }
}
