package io.lockkeeper.dump;

import io.lockkeeper.dump.ArchiveToc.Entry;
import io.lockkeeper.dump.LeftOut.Why;
import io.lockkeeper.dump.TableFacts.Kind;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Which tables' rows are not in a dump, and why.
final class RowsLeftOut {
    private RowsLeftOut() {}

    static List<LeftOut> of(Set<TableName> dumped, ArchiveToc toc, DatabaseFacts facts) {
        Set<TableName> defined = toc.entries().stream()
                .filter(entry -> entry.type().equals("TABLE"))
                .map(Entry::table)
                .collect(Collectors.toSet());
        return facts.tables().stream()
                .filter(each -> each.kind() != Kind.PARTITIONED)
                .filter(each -> !dumped.contains(each.table()))
                .filter(each -> each.root() == null || !dumped.contains(each.root()))
                .map(each -> new LeftOut(
                        each.table().schema(), each.table().name(), why(each, defined.contains(each.table()))))
                .toList();
    }

    private static Why why(TableFacts table, boolean defined) {
        if (table.extension() != null) {
            return Why.EXTENSION;
        }
        return switch (table.kind()) {
            case FOREIGN -> Why.FOREIGN;
            case MATERIALIZED_VIEW -> table.filled() ? Why.MATERIALIZED : Why.NEVER_FILLED;
            default -> defined ? Why.ROWS_EXCLUDED : Why.EXCLUDED;
        };
    }
}
