package io.lockkeeper.migration;

import io.lockkeeper.migration.Rehearsal.Written;
import io.lockkeeper.postgres.PgSession;
import io.vertx.sqlclient.Row;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// All relations of a database but the system's own, and the files that they are in, as one session sees them: what
/// its transaction has done is seen by nobody else.
record RelationFiles(Map<Long, Relation> byOid) {
    /// What is toasted counts for its table, under the table's name.
    private static final String LOOK = """
            SELECT c.oid::bigint AS oid, named.oid::bigint AS counts_for, c.relfilenode::bigint AS file,
                   format('%I.%I', n.nspname, named.relname) AS name,
                   CASE named.relkind WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'm' THEN 'materialized view'
                                      WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' ELSE '' END AS kind
            FROM pg_catalog.pg_class c
            LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
            LEFT JOIN pg_catalog.pg_class owner
                ON owner.reltoastrelid <> 0 AND owner.reltoastrelid IN (c.oid, i.indrelid)
            JOIN pg_catalog.pg_class named ON named.oid = coalesce(owner.oid, c.oid)
            JOIN pg_catalog.pg_namespace n ON n.oid = named.relnamespace
            WHERE c.oid >= 16384""";

    /// @param countsFor itself, but for what is toasted
    /// @param kind empty: of no interest here, such as a sequence
    /// @param file 0: it has none
    record Relation(long countsFor, String name, String kind, long file) {
        private boolean isWritten() {
            return file != 0 && !kind.isEmpty();
        }
    }

    static RelationFiles seenBy(PgSession session) throws InterruptedException {
        Map<Long, Relation> all = new HashMap<>();
        for (Row row : session.rows(LOOK)) {
            all.put(
                    row.getLong("oid"),
                    new Relation(
                            row.getLong("counts_for"),
                            row.getString("name"),
                            row.getString("kind"),
                            row.getLong("file")));
        }
        return new RelationFiles(all);
    }

    /// What has got new files since then.
    ///
    /// @param rewritten it was there before, under this name or as this very relation
    record Changes(List<Written> rewritten, List<Written> made) {}

    Changes since(RelationFiles earlier, PgSession session) throws InterruptedException {
        Map<Long, Relation> fresh = fresh(earlier);
        Map<Long, Long> sizes = sizes(fresh.keySet(), session);
        Map<Long, Long> bytes = new HashMap<>();
        fresh.forEach((oid, each) -> bytes.merge(each.countsFor(), sizes.getOrDefault(oid, 0L), Long::sum));
        Set<String> names = earlier.byOid.values().stream().map(Relation::name).collect(Collectors.toSet());
        List<Written> rewritten = new ArrayList<>();
        List<Written> made = new ArrayList<>();
        bytes.forEach((oid, size) -> {
            Relation each = byOid.get(oid);
            boolean wasThere = earlier.byOid.containsKey(oid) || names.contains(each.name());
            (wasThere ? rewritten : made).add(new Written(each.name(), each.kind(), size));
        });
        return new Changes(largestFirst(rewritten), largestFirst(made));
    }

    /// In files that were not there. A table that only now gets a place for what is toasted is not written anew.
    private Map<Long, Relation> fresh(RelationFiles earlier) {
        Set<Long> files = earlier.byOid.values().stream().map(Relation::file).collect(Collectors.toSet());
        Map<Long, Relation> fresh = new HashMap<>(byOid);
        fresh.values().removeIf(each -> !each.isWritten() || files.contains(each.file()));
        fresh.entrySet()
                .removeIf(each -> !byOid.containsKey(each.getValue().countsFor())
                        || files.contains(byOid.get(each.getValue().countsFor()).file())
                                && !earlier.byOid.containsKey(each.getKey()));
        return fresh;
    }

    private static Map<Long, Long> sizes(Set<Long> relations, PgSession session) throws InterruptedException {
        Map<Long, Long> sizes = new HashMap<>();
        if (!relations.isEmpty()) {
            String each = relations.stream().map(oid -> "(" + oid + ")").collect(Collectors.joining(", "));
            for (Row row : session.rows("SELECT oid::bigint AS oid, pg_relation_size(oid::oid) AS bytes"
                    + " FROM (VALUES " + each + ") AS of (oid)")) {
                sizes.put(row.getLong("oid"), row.getLong("bytes"));
            }
        }
        return sizes;
    }

    private static List<Written> largestFirst(List<Written> all) {
        return all.stream()
                .sorted(Comparator.comparing(Written::bytes).reversed().thenComparing(Written::relation))
                .toList();
    }
}
