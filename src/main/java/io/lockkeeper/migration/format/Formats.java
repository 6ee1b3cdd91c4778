package io.lockkeeper.migration.format;

import java.util.List;
import java.util.Optional;

/// All formats that are known, those first that are the surest to recognise their own.
public final class Formats {
    private static final List<Format> ALL = List.of(
            new LiquibaseFormat(),
            new AlembicFormat(),
            new PrismaFormat(),
            new GolangMigrateFormat(),
            new FlywayFormat(),
            new PlainFormat());

    private Formats() {}

    public static Optional<Format> named(String name) {
        return ALL.stream().filter(format -> format.name().equals(name)).findFirst();
    }

    public static Optional<Format> of(List<SourceFile> files) {
        return ALL.stream().filter(format -> format.recognises(files)).findFirst();
    }

    public static List<Format> all() {
        return ALL;
    }
}
