package io.lockkeeper.dump;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a database held when it was dumped, in a form that can be held against what another holds.
/// Everything is sorted, and nothing is in it that a faithful restore changes.
///
/// @param version of this form
/// @param dumpVersion of the pg_dump whose words the schema was taken from
/// @param tables those that are no partitions; partitions count for their root
/// @param schemaDigest of all items of the schema
public record Fingerprint(
        int version,
        Level level,
        @Nullable String dumpVersion,
        List<Table> tables,
        List<SequenceState> sequences,
        LargeObjects largeObjects,
        List<SchemaItem> schema,
        String schemaDigest,
        DatabaseProperties properties,
        List<LeftOut> leftOut) {
    private static final int VERSION = 1;
    private static final ObjectMapper CANONICAL = JsonMapper.builder()
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();

    /// @param hash absent where rows were only counted
    /// @param columns in the order in which their values were summed up
    public record Table(
            String schema, String name, long rows, @Nullable String hash, List<String> columns) {
        public Table {
            columns = List.copyOf(columns);
        }

        TableName table() {
            return new TableName(schema, name);
        }
    }

    public Fingerprint {
        tables = List.copyOf(tables);
        sequences = List.copyOf(sequences);
        schema = List.copyOf(schema);
        leftOut = List.copyOf(leftOut);
    }

    /// @param content of the dump, read with [#columnOrders] or those of `facts`
    /// @param toc of the same dump, or of one of the schema only in the same snapshot
    /// @param facts seen in the same snapshot
    public static Fingerprint of(Level level, DumpContent content, ArchiveToc toc, DatabaseFacts facts) {
        List<SchemaItem> schema = SchemaItems.of(toc);
        TreeSet<String> roles = new TreeSet<>(facts.properties().roles());
        roles.addAll(SchemaItems.owners(toc));
        return new Fingerprint(
                VERSION,
                level,
                toc.dumpVersion(),
                level == Level.NONE ? List.of() : tables(content.tables(), facts.roots()),
                content.sequences().stream()
                        .sorted(Comparator.comparing(SequenceState::sequence))
                        .toList(),
                content.largeObjects(),
                schema,
                SchemaItems.digest(schema),
                facts.properties().withRoles(List.copyOf(roles)),
                RowsLeftOut.of(content.tables().keySet(), toc, facts));
    }

    /// How the rows of another database are to be summed up, to be held against this.
    public ColumnOrders columnOrders(DatabaseFacts other) {
        Map<TableName, List<String>> columns =
                new HashMap<>(other.columnOrders().columns());
        tables.forEach(each -> columns.put(each.table(), each.columns()));
        return new ColumnOrders(other.roots(), columns);
    }

    /// The SHA-256 of [#json], as 64 hexadecimal digits.
    public String digest() {
        return Sha256.of(json());
    }

    /// The same fingerprint always gives the same text.
    public String json() {
        try {
            return CANONICAL.writeValueAsString(this);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public static Fingerprint parse(String json) {
        try {
            return CANONICAL.readValue(json, Fingerprint.class);
        } catch (JsonProcessingException broken) {
            throw DumpFailure.damaged("This is no fingerprint: " + broken.getOriginalMessage() + ".");
        }
    }

    private static List<Table> tables(Map<TableName, TableRows> dumped, Map<TableName, TableName> roots) {
        Map<TableName, TableRows> whole = new HashMap<>();
        dumped.forEach((name, rows) -> whole.merge(roots.getOrDefault(name, name), rows, TableRows::plus));
        return whole.entrySet().stream()
                .filter(each -> each.getValue().sum() != null)
                .sorted(Map.Entry.comparingByKey())
                .map(each -> new Table(
                        each.getKey().schema(),
                        each.getKey().name(),
                        each.getValue().sum().rows(),
                        each.getValue().sum().hash(),
                        each.getValue().columns()))
                .toList();
    }
}
