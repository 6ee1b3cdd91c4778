package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Prisma Migrate: a folder for each migration, `20260101120000_orders/migration.sql`.
final class PrismaFormat implements Format {
    private static final String FILE = "migration.sql";
    private static final String LOCK = "migration_lock.toml";

    @Override
    public String name() {
        return "prisma";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream()
                .anyMatch(file -> file.name().equals(LOCK)
                        || file.name().equals(FILE) && folder(file).matches("[0-9]{14}_.*"));
    }

    @Override
    public History history(Scene scene) {
        return new PrismaHistory(scene);
    }

    private static String folder(SourceFile file) {
        String[] parts = file.folder().split("/");
        return parts[parts.length - 1];
    }

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        Map<String, SourceFile> scripts = new TreeMap<>();
        List<Source.Left> left = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        for (SourceFile file : files) {
            if (file.name().equals(LOCK)) {
                refuseOthers(file, faults);
            } else if (!file.name().equals(FILE) || folder(file).isEmpty()) {
                left.add(new Source.Left(file.path(), "is no migration.sql in a folder of its own"));
            } else if (scripts.put(folder(file), file) != null) {
                faults.add(new FormatFault(file.path(), 0, "is in a folder whose name another migration has"));
            }
        }
        List<Migration> migrations = new ArrayList<>();
        scripts.forEach((name, file) -> {
            try {
                migrations.add(migration(name, file));
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        });
        return new Source(migrations, left, faults);
    }

    private static void refuseOthers(SourceFile lock, List<FormatFault> faults) {
        if (!Texts.of(lock).matches("(?s).*provider\\s*=\\s*\"(postgresql|postgres|cockroachdb)\".*")) {
            faults.add(new FormatFault(lock.path(), 0, "names a provider that is not postgresql"));
        }
    }

    private static Migration migration(String name, SourceFile file) {
        return new Migration(
                name,
                name.replaceFirst("^[0-9]+_", "").replace('_', ' '),
                Kind.VERSIONED,
                PlainFormat.sha256(file.content()),
                Transactions.OWN,
                Part.of(file.path(), Texts.of(file)),
                null,
                Map.of());
    }
}
