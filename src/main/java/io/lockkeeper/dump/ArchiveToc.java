package io.lockkeeper.dump;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The head and the table of contents of an archive of `pg_dump`: of a custom archive's beginning, or of
/// a directory's `toc.dat`.
///
/// @param version of the archive format: the n of 1.n
/// @param compressed by pg_dump itself: then nobody but its own kin can read the data
/// @param serverVersion as the server called it, such as `17.6 (Debian 17.6-1)`
/// @param dumpVersion of the pg_dump that wrote it
public record ArchiveToc(
        int version,
        boolean compressed,
        @Nullable String database,
        @Nullable String serverVersion,
        @Nullable String dumpVersion,
        List<Entry> entries) {
    static final String TABLE_DATA = "TABLE DATA";
    static final String BLOBS = "BLOBS";
    static final String SEQUENCE_SET = "SEQUENCE SET";

    /// What pg_dump's options `--section` call by these names.
    public enum Section {
        NONE,
        PRE_DATA,
        DATA,
        POST_DATA
    }

    /// One thing in the dump.
    ///
    /// @param hasData whether there is a block (custom) or file (directory) of data
    /// @param type such as `TABLE`, `TABLE DATA`, `FK CONSTRAINT`
    /// @param name the "tag": a name with more around it for some types
    /// @param owner empty for what has none
    /// @param definition SQL, empty for pure data
    /// @param copyStatement for tables' data, unless it was dumped as INSERT statements
    /// @param file where the data lies in a directory
    public record Entry(
            int dumpId,
            boolean hasData,
            long oid,
            String name,
            String type,
            Section section,
            String definition,
            @Nullable String copyStatement,
            @Nullable String schema,
            @Nullable String tableAccessMethod,
            String owner,
            List<Integer> dependencies,
            @Nullable String file) {
        public boolean isTableData() {
            return type.equals(TABLE_DATA);
        }

        boolean isLargeObjects() {
            return type.equals(BLOBS);
        }

        /// Of an entry that lies in a schema.
        public TableName table() {
            return new TableName(schema == null ? "" : schema, name);
        }

        /// For people.
        String title() {
            return schema == null ? type + " " + name : type + " " + schema + "." + name;
        }
    }

    public ArchiveToc {
        entries = List.copyOf(entries);
    }

    /// Reads a `toc.dat`.
    public static Intake<ArchiveToc> ofDirectory() {
        return new TocFile();
    }

    public Stream<Entry> withData() {
        return entries.stream().filter(Entry::hasData);
    }
}
