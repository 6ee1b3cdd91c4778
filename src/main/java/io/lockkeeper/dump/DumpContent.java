package io.lockkeeper.dump;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a whole dump holds. Tables are those whose rows were dumped, each partition for itself.
///
/// @param toc not there for plain SQL
public record DumpContent(
        Optional<ArchiveToc> toc,
        Map<TableName, TableRows> tables,
        List<SequenceState> sequences,
        LargeObjects largeObjects) {
    public DumpContent {
        tables = Map.copyOf(tables);
        sequences = List.copyOf(sequences);
    }
}
