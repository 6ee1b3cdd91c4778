package io.lockkeeper.backup;

import io.lockkeeper.http.Faults;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// Part of a database, by the names of schemas and tables, taken literally: no pattern, no folding to lower case.
public record Selection(
        @Schema(examples = "[\"public\"]") @Nullable @Size(max = 1_000)
        List<String> schemas,

        @Schema(description = "Each with its schema, as in public.orders") @Nullable @Size(max = 1_000)
        List<String> tables) {
    private static final int LONGEST_NAME = 63;

    public Selection {
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
        tables = tables == null ? List.of() : List.copyOf(tables);
        Faults faults = new Faults();
        if (schemas.isEmpty() && tables.isEmpty()) {
            faults.add("", "must name schemas or tables, or be left out");
        }
        for (int i = 0; i < schemas.size(); i++) {
            check(schemas.get(i), "/schemas/" + i, faults);
        }
        for (int i = 0; i < tables.size(); i++) {
            int dot = tables.get(i).indexOf('.');
            if (dot < 0) {
                faults.add("/tables/" + i, "must begin with its schema, as in public.orders");
            } else {
                check(tables.get(i).substring(0, dot), "/tables/" + i, faults);
                check(tables.get(i).substring(dot + 1), "/tables/" + i, faults);
            }
        }
        faults.refuseIfAny();
    }

    private static void check(String name, String pointer, Faults faults) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > LONGEST_NAME || name.chars().anyMatch(c -> c < ' ')) {
            faults.add(pointer, "must be names of 1 to 63 bytes without control characters");
        }
    }

    /// As arguments of `pg_dump`: quoted, a name is no pattern.
    Stream<String> arguments(String schemaOption, String tableOption) {
        return Stream.concat(
                schemas.stream().map(schema -> schemaOption + "=" + quote(schema)),
                tables.stream().map(table -> tableOption + "=" + quoteBoth(table)));
    }

    private static String quoteBoth(String table) {
        int dot = table.indexOf('.');
        return quote(table.substring(0, dot)) + "." + quote(table.substring(dot + 1));
    }

    private static String quote(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
