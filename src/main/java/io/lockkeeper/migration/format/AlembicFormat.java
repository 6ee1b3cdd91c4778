package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What `alembic upgrade a:b --sql` writes, a file each: scripts with transactions of their own that keep
/// `alembic_version` themselves. A file is one migration, from its first revision to its last; what
/// `alembic downgrade b:a --sql` writes is its way back.
final class AlembicFormat implements Format {
    private static final Pattern STEP =
            Pattern.compile("^-- Running (upgrade|downgrade) (.*?) ?-> ?(.*?)\\s*$", Pattern.MULTILINE);

    @Override
    public String name() {
        return "alembic-sql";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream().filter(file -> file.name().endsWith(".sql")).anyMatch(file -> STEP.matcher(Texts.of(file))
                .find());
    }

    @Override
    public History history(Scene scene) {
        return new AlembicHistory(scene);
    }

    /// @param from empty: from the beginning
    /// @param to empty: to the beginning
    private record Script(SourceFile file, String text, boolean up, String from, String to) {}

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        List<Source.Left> left = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        Map<String, Script> ups = new HashMap<>();
        Map<String, Script> downs = new HashMap<>();
        for (SourceFile file : files) {
            try {
                sort(file, ups, downs, left);
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }
        List<Migration> migrations = new ArrayList<>();
        for (Script up : inOrder(ups, faults)) {
            try {
                migrations.add(migration(up, downs.remove(up.to() + " -> " + up.from())));
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        }
        downs.values()
                .forEach(down -> left.add(
                        new Source.Left(down.file().path(), "there is no script that goes up between its revisions")));
        return new Source(migrations, left, faults);
    }

    private static void sort(
            SourceFile file, Map<String, Script> ups, Map<String, Script> downs, List<Source.Left> left) {
        if (!file.name().endsWith(".sql")) {
            left.add(new Source.Left(file.path(), "is no SQL"));
            return;
        }
        Script script = script(file);
        Script twin =
                script.up() ? ups.put(script.from(), script) : downs.put(script.from() + " -> " + script.to(), script);
        if (twin != null) {
            throw new FormatFault(
                    file.path(),
                    0,
                    "begins at the revision at which " + twin.file().path() + " begins");
        }
    }

    private static Script script(SourceFile file) {
        String text = Texts.of(file);
        var steps = STEP.matcher(text).results().toList();
        if (steps.isEmpty()) {
            throw new FormatFault(file.path(), 0, "has no line \"-- Running upgrade a -> b\": is it alembic's?");
        }
        boolean up = steps.getFirst().group(1).equals("upgrade");
        if (steps.stream().anyMatch(step -> step.group(1).equals("upgrade") != up)) {
            throw new FormatFault(file.path(), 0, "goes up and down");
        }
        return new Script(
                file,
                text,
                up,
                steps.getFirst().group(2),
                revision(steps.getLast().group(3)));
    }

    /// Behind the revision may stand its message.
    private static String revision(String text) {
        int end = text.indexOf(", ");
        return end < 0 ? text : text.substring(0, end);
    }

    /// Each begins where another one ends; the first of all ends nowhere else.
    private static List<Script> inOrder(Map<String, Script> ups, List<FormatFault> faults) {
        var ends = ups.values().stream().map(Script::to).collect(Collectors.toSet());
        List<Script> firsts = ups.values().stream()
                .filter(script -> !ends.contains(script.from()))
                .sorted(Comparator.comparing((Script script) -> script.file().path()))
                .toList();
        List<Script> order = new ArrayList<>();
        for (Script first : firsts) {
            for (Script at = first; at != null && !order.contains(at); at = ups.get(at.to())) {
                order.add(at);
            }
        }
        if (firsts.size() > 1) {
            faults.add(new FormatFault(
                    firsts.get(1).file().path(),
                    0,
                    "begins at revision " + firsts.get(1).from() + ", to which no other script leads"));
        }
        return order;
    }

    private static Migration migration(Script up, @Nullable Script down) {
        return new Migration(
                up.to(),
                (up.from().isEmpty() ? "base" : up.from()) + " -> " + up.to(),
                Kind.VERSIONED,
                null,
                Transactions.OWN,
                Part.of(up.file().path(), up.text()),
                down == null ? null : Part.of(down.file().path(), down.text()),
                Map.of("from", up.from(), "to", up.to()));
    }
}
