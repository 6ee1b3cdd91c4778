package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;
import io.lockkeeper.dump.ArchiveToc.Section;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads head and table of contents from chunks of any size, an entry at a time. An entry that is not all
/// there yet is read again from its beginning when more has come.
final class TocReader {
    enum Format {
        CUSTOM(1),
        /// `toc.dat` calls itself a tar archive's.
        DIRECTORY(3);

        private final int code;

        Format(int code) {
            this.code = code;
        }
    }

    private static final String MAGIC = "PGDMP";
    private static final int OLDEST = 12;
    private static final int NEWEST = 16;
    private static final int ACCESS_METHODS = 14;
    private static final int COMPRESSION_BY_NAME = 15;
    private static final int KINDS_OF_RELATIONS = 16;
    private static final int INT_BYTES = 4;
    private static final int DATE_NUMBERS = 7;
    private static final int MOST_ENTRIES = 50_000_000;

    private final Format format;
    private final ArchiveBytes bytes = new ArchiveBytes();
    private final List<Entry> entries = new ArrayList<>();
    private final Set<Integer> ids = new HashSet<>();
    private @Nullable ArchiveToc head;
    private int offsetBytes;
    private int count = -1;

    TocReader(Format format) {
        this.format = format;
    }

    /// Reads the same table of contents once more, without the head.
    TocReader again() {
        var again = new TocReader(format);
        again.head = head;
        again.offsetBytes = offsetBytes;
        return again;
    }

    boolean isComplete() {
        return entries.size() == count;
    }

    /// How many of these bytes belong to the table of contents: all, until it is complete.
    int accept(byte[] buffer, int offset, int length) {
        if (isComplete()) {
            return 0;
        }
        bytes.append(buffer, offset, length);
        while (!isComplete() && bytes.attempt(this::readNext)) {
            // one more is read
        }
        int consumed = isComplete() ? length - bytes.left() : length;
        bytes.forget(isComplete());
        return consumed;
    }

    ArchiveToc complete() {
        if (!isComplete()) {
            throw DumpFailure.truncated("The dump ends within its table of contents"
                    + (count < 0 ? "." : ", after " + entries.size() + " of " + count + " entries."));
        }
        return new ArchiveToc(
                head.version(), head.compressed(), head.database(), head.serverVersion(), head.dumpVersion(), entries);
    }

    private void readNext() {
        if (head == null) {
            readHead();
        } else if (count < 0) {
            readCount();
        } else {
            readEntry();
        }
    }

    private void readHead() {
        for (char each : MAGIC.toCharArray()) {
            if (bytes.octet() != each) {
                throw DumpFailure.damaged("This is no archive of pg_dump.");
            }
        }
        int major = bytes.octet();
        int version = bytes.octet();
        bytes.octet(); // the revision has no meaning of its own
        if (major != 1 || version < OLDEST || version > NEWEST) {
            throw DumpFailure.unsupported("This is an archive of version " + major + "." + version + "; known are 1."
                    + OLDEST + " to 1." + NEWEST + ".");
        }
        int intBytes = bytes.octet();
        int offsets = bytes.octet();
        int code = bytes.octet();
        if (intBytes != INT_BYTES || offsets < 1 || offsets > Long.BYTES) {
            throw DumpFailure.unsupported(
                    "The numbers of this archive have " + intBytes + " bytes, its offsets " + offsets + ".");
        }
        if (code != format.code) {
            throw DumpFailure.damaged("This is not the " + format.name().toLowerCase(java.util.Locale.ROOT)
                    + " format of pg_dump, but its format number " + code + ".");
        }
        boolean compressed = version >= COMPRESSION_BY_NAME ? bytes.octet() != 0 : bytes.number() != 0;
        for (int i = 0; i < DATE_NUMBERS; i++) {
            bytes.number();
        }
        var read = new ArchiveToc(version, compressed, bytes.text(), bytes.text(), bytes.text(), List.of());
        offsetBytes = offsets;
        head = read;
    }

    private void readCount() {
        int announced = bytes.number();
        if (announced < 0 || announced > MOST_ENTRIES) {
            throw DumpFailure.damaged("The table of contents claims to have " + announced + " entries.");
        }
        count = announced;
    }

    private void readEntry() {
        int dumpId = bytes.number();
        boolean hasData = bytes.number() != 0;
        bytes.text(); // the catalogue of the object
        long oid = number(bytes.text());
        String name = orEmpty(bytes.text());
        String type = orEmpty(bytes.text());
        int section = bytes.number();
        String definition = orEmpty(bytes.text());
        bytes.text(); // how to drop it
        String copyStatement = bytes.text();
        String schema = bytes.text();
        bytes.text(); // the tablespace
        String accessMethod = head.version() >= ACCESS_METHODS ? bytes.text() : null;
        if (head.version() >= KINDS_OF_RELATIONS) {
            bytes.number();
        }
        String owner = orEmpty(bytes.text());
        bytes.text(); // with OIDs: "false" for good
        List<Integer> dependencies = dependencies();
        String file = format == Format.DIRECTORY ? bytes.text() : noFile();
        if (dumpId <= 0 || type.isEmpty() || section < 1 || section > Section.values().length || !ids.add(dumpId)) {
            throw DumpFailure.damaged("Entry " + dumpId + " of the table of contents makes no sense.");
        }
        entries.add(new Entry(
                dumpId,
                hasData,
                oid,
                name,
                type,
                Section.values()[section - 1],
                definition,
                emptyToNull(copyStatement),
                emptyToNull(schema),
                emptyToNull(accessMethod),
                owner,
                dependencies,
                fileOf(type, emptyToNull(file))));
        if (type.equals("ENCODING")) {
            bytes.encodedAs(definition);
        }
    }

    private List<Integer> dependencies() {
        List<Integer> ids = new ArrayList<>();
        for (String id = bytes.text(); id != null; id = bytes.text()) {
            ids.add((int) number(id));
        }
        return List.copyOf(ids);
    }

    /// A custom archive says where the data begins. In a stream that nobody can go back in it never knows.
    private @Nullable String noFile() {
        for (int i = 0; i <= offsetBytes; i++) {
            bytes.octet();
        }
        return null;
    }

    /// Older versions write another name than they mean.
    private @Nullable String fileOf(String type, @Nullable String file) {
        boolean another = file != null && type.equals(ArchiveToc.BLOBS) && head.version() < KINDS_OF_RELATIONS;
        return another ? "blobs.toc" : file;
    }

    private static long number(@Nullable String digits) {
        try {
            return Long.parseLong(orEmpty(digits));
        } catch (NumberFormatException garbage) {
            throw DumpFailure.damaged("The table of contents has a number that is none.");
        }
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static @Nullable String emptyToNull(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }
}
