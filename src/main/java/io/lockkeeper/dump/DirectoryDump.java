package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The files of `pg_dump --format=directory --compress=0`: what they hold, and whether they are all
/// there. `toc.dat` comes first, as pg_dump writes it first; the others come in any order, several at a
/// time, each from one thread.
///
/// A table's file has an end mark, a large object's has none: that one is whole is for its writer's exit
/// code to say, and that it stays so for a checksum.
public final class DirectoryDump {
    public static final String TOC = "toc.dat";

    private static final Pattern LARGE_OBJECT = Pattern.compile("blob_(\\d{1,10})\\.dat");

    private final Level level;
    private final ColumnOrders orders;
    private final LargeObjectFiles largeObjects = new LargeObjectFiles();
    private volatile @Nullable Inside inside;

    /// What is known once the table of contents is.
    private record Inside(ArchiveToc toc, Map<String, Entry> files, Contents contents) {}

    public DirectoryDump(Level level) {
        this(level, ColumnOrders.asDumped());
    }

    public DirectoryDump(Level level, ColumnOrders orders) {
        this.level = level;
        this.orders = orders;
    }

    /// Takes one file, named within the directory. Its `complete()` says that it was read to its end.
    public Intake<?> file(String name) {
        if (name.equals(TOC)) {
            return read(ArchiveToc.ofDirectory(), (toc, size) -> begin(toc));
        }
        Inside known = known();
        Matcher largeObject = LARGE_OBJECT.matcher(name);
        if (largeObject.matches()) {
            long oid = Long.parseLong(largeObject.group(1));
            return read(known.contents().largeObject(oid), (object, size) -> {
                largeObjects.found(oid);
                known.contents().add(object);
            });
        }
        Entry named = known.files().get(name);
        if (named == null) {
            throw DumpFailure.damaged("The table of contents knows no file " + name + ".");
        }
        Entry entry = known.contents().begin(named.dumpId());
        Intake<?> data =
                entry.isLargeObjects() ? largeObjects.list() : known.contents().intake(entry);
        return read(data, (found, size) -> known.contents().finish(entry, found, size));
    }

    public Optional<ArchiveToc> toc() {
        return Optional.ofNullable(inside).map(Inside::toc);
    }

    Progress progress() {
        Inside known = inside;
        return known == null ? new Progress(0, Map.of(), 0) : known.contents().progress();
    }

    /// All files were read.
    public DumpContent complete() {
        DumpContent content = known().contents().complete();
        largeObjects.complete();
        return content;
    }

    private synchronized void begin(ArchiveToc toc) {
        if (inside != null) {
            throw DumpFailure.damaged("There are two tables of contents.");
        }
        Map<String, Entry> files = toc.withData()
                .filter(entry -> entry.file() != null)
                .collect(Collectors.toMap(Entry::file, entry -> entry, (one, other) -> {
                    throw DumpFailure.damaged("Two entries share the file " + one.file() + ".");
                }));
        inside = new Inside(toc, files, new Contents(level, orders, toc));
    }

    private Inside known() {
        Inside known = inside;
        if (known == null) {
            throw DumpFailure.truncated("The dump has no table of contents yet.");
        }
        return known;
    }

    private <T> Intake<T> read(Intake<T> file, Then<? super T> then) {
        return new Read<>(file, then);
    }

    private interface Then<T> {
        void accept(T found, long size);
    }

    /// One file, and what is to be done with what it was.
    private final class Read<T> implements Intake<T> {
        private final Intake<T> file;
        private final Then<? super T> then;
        private long size;

        Read(Intake<T> file, Then<? super T> then) {
            this.file = file;
            this.then = then;
        }

        @Override
        public void accept(byte[] buffer, int offset, int length) {
            file.accept(buffer, offset, length);
            size += length;
            Inside known = inside;
            if (known != null) {
                known.contents().more(length);
            }
        }

        @Override
        public boolean isWhole() {
            return file.isWhole();
        }

        @Override
        public T complete() {
            T found = file.complete();
            then.accept(found, size);
            return found;
        }
    }
}
