package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Flyway: `V1__create.sql`, `R__views.sql`, `U1__create.sql`, settings beside them in `V1__create.sql.conf`.
final class FlywayFormat implements Format {
    static final String TABLE = "flyway_schema_history";
    private static final String CONF = ".conf";
    private static final Pattern CALLBACK = Pattern.compile(
            "(before|after)(Each)?(Migrate|Undo|Repeatables|Versioned|Clean|Info|Validate|Baseline|Repair|Connect|CreateSchema)"
                    + "(Statement)?(Error|Applied|OperationFinish)?(__.*)?\\.sql|createSchema(__.*)?\\.sql",
            Pattern.CASE_INSENSITIVE);

    @Override
    public String name() {
        return "flyway";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream()
                .flatMap(file -> FlywayName.read(file.name()).stream())
                .anyMatch(name -> name.prefix() != 'U' && !name.description().isEmpty());
    }

    @Override
    public History history(Scene scene) {
        return new FlywayHistory(scene);
    }

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        return new Reading(files, scene).source();
    }

    /// A file of SQL with the settings beside it.
    private record Script(SourceFile file, FlywayName name, Map<String, String> settings) {
        boolean is(char prefix) {
            return name.prefix() == prefix;
        }

        boolean says(String setting, boolean otherwise) {
            return Boolean.parseBoolean(settings.getOrDefault(setting, Boolean.toString(otherwise)));
        }
    }

    private static final class Reading {
        private static final Set<String> SETTINGS =
                Set.of("executeInTransaction", "encoding", "placeholderReplacement");

        private final List<SourceFile> files;
        private final FlywayPlaceholders placeholders;
        private final Map<String, SourceFile> confs = new HashMap<>();
        private final List<Script> scripts = new ArrayList<>();
        private final List<Source.Left> left = new ArrayList<>();
        private final List<FormatFault> faults = new ArrayList<>();
        private String root = "";

        Reading(List<SourceFile> files, Scene scene) {
            this.files = files;
            this.placeholders = new FlywayPlaceholders(
                    scene, Optional.ofNullable(scene.table()).orElse(TABLE));
        }

        Source source() {
            files.stream().filter(file -> file.name().endsWith(CONF)).forEach(file -> confs.put(file.path(), file));
            files.stream().filter(file -> !file.name().endsWith(CONF)).forEach(file -> tried(() -> sort(file)));
            confs.keySet().forEach(path -> left.add(new Source.Left(path, "there is no script that it is for")));
            root = commonFolder(
                    scripts.stream().map(script -> script.file().folder()).toList());
            Map<String, Script> undos = undos();
            List<Migration> migrations = new ArrayList<>();
            scripts.stream()
                    .filter(script -> !script.is('U'))
                    .sorted(ORDER)
                    .forEach(script -> tried(() -> migrations.add(migration(script, undos))));
            undos.values()
                    .forEach(undo -> left.add(new Source.Left(undo.file().path(), "there is no V of its version")));
            refuseTwins(migrations);
            return new Source(migrations, left, faults);
        }

        private static final Comparator<Script> ORDER = Comparator.comparing(
                        (Script script) -> script.name().version(), Comparator.nullsLast(Comparator.naturalOrder()))
                .thenComparing(script -> script.name().description());

        private void sort(SourceFile file) {
            if (CALLBACK.matcher(file.name()).matches()) {
                throw new FormatFault(file.path(), 0, "is a callback of Flyway's, which would not be called here");
            }
            if (file.name().matches("[VUR].*__.*\\.(java|class|py|sh|bash|ps1|bat|cmd)")) {
                throw new FormatFault(file.path(), 0, "is a migration that is no SQL; only SQL is run");
            }
            Optional<FlywayName> name = FlywayName.read(file.name());
            if (name.isEmpty()) {
                left.add(new Source.Left(file.path(), "its name is none of Flyway's"));
                return;
            }
            SourceFile conf = confs.remove(file.path() + CONF);
            scripts.add(new Script(file, name.get(), conf == null ? Map.of() : settings(conf)));
        }

        private static Map<String, String> settings(SourceFile conf) {
            Map<String, String> settings = new TreeMap<>();
            int line = 0;
            for (String each : Texts.of(conf).lines().toList()) {
                line++;
                String text = each.strip();
                if (text.isEmpty() || text.startsWith("#")) {
                    continue;
                }
                String[] parts = text.split("\\s*=\\s*", 2);
                if (parts.length < 2 || !SETTINGS.contains(parts[0])) {
                    throw new FormatFault(
                            conf.path(),
                            line,
                            "The setting " + parts[0] + " is not known here; known are "
                                    + String.join(
                                            ", ", SETTINGS.stream().sorted().toList()));
                }
                if (parts[0].equals("encoding") && !parts[1].equalsIgnoreCase("UTF-8")) {
                    throw new FormatFault(conf.path(), line, "Only UTF-8 is read, not " + parts[1]);
                }
                settings.put(parts[0], parts[1]);
            }
            return settings;
        }

        private Map<String, Script> undos() {
            Map<String, Script> undos = new TreeMap<>();
            scripts.stream().filter(script -> script.is('U')).forEach(script -> {
                Script twin = undos.put(script.name().version().key(), script);
                if (twin != null) {
                    faults.add(twins(script, twin.file().path()));
                }
            });
            return undos;
        }

        private Migration migration(Script script, Map<String, Script> undos) {
            FlywayName name = script.name();
            boolean repeatable = name.version() == null;
            String raw = Texts.of(script.file());
            String text = text(script, raw);
            String path = script.file().path();
            Script undo = repeatable ? null : undos.remove(name.version().key());
            return new Migration(
                    repeatable ? "R " + name.description() : name.version().text(),
                    name.description(),
                    repeatable ? Kind.REPEATABLE : Kind.VERSIONED,
                    FlywayChecksum.of(repeatable ? text : raw),
                    script.says("executeInTransaction", true) ? Transactions.ONE : Transactions.NONE,
                    Part.of(path, text),
                    undo == null ? null : Part.of(undo.file().path(), text(undo, Texts.of(undo.file()))),
                    Map.of("script", path.substring(root.length()), "equivalent", FlywayChecksum.of(raw)));
        }

        private String text(Script script, String raw) {
            return script.says("placeholderReplacement", true) ? placeholders.replaced(script.file(), raw) : raw;
        }

        private void refuseTwins(List<Migration> migrations) {
            Map<String, Migration> seen = new HashMap<>();
            for (Migration migration : migrations) {
                String key = migration.kind() == Kind.REPEATABLE
                        ? migration.id()
                        : FlywayName.Version.of(migration.id()).key();
                Migration twin = seen.put(key, migration);
                if (twin != null) {
                    faults.add(new FormatFault(
                            migration.path(), 0, "has the same version or description as " + twin.path()));
                }
            }
        }

        private static FormatFault twins(Script script, @Nullable String other) {
            return new FormatFault(script.file().path(), 0, "has the same version as " + other);
        }

        private void tried(Runnable work) {
            try {
                work.run();
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }
    }

    /// Where the location of the tool would be: what all folders begin with.
    static String commonFolder(List<String> folders) {
        if (folders.isEmpty()) {
            return "";
        }
        String common = folders.getFirst();
        for (String folder : folders) {
            while (!folder.startsWith(common)) {
                common = common.substring(0, common.lastIndexOf('/', common.length() - 2) + 1);
            }
        }
        return common;
    }
}
