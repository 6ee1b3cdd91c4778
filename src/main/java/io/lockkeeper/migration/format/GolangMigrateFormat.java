package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// golang-migrate: `0001_orders.up.sql` and `0001_orders.down.sql`.
final class GolangMigrateFormat implements Format {
    private static final Pattern NAME = Pattern.compile("([0-9]+)_(.*)\\.(down|up)\\.(.*)");
    private static final BigInteger LARGEST = BigInteger.valueOf(Long.MAX_VALUE); // a bigint of the target

    @Override
    public String name() {
        return "golang-migrate";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream()
                .anyMatch(file -> file.name().endsWith(".up.sql")
                        && NAME.matcher(file.name()).matches());
    }

    @Override
    public History history(Scene scene) {
        return new GolangMigrateHistory(scene);
    }

    private record Pair(
            String description,
            @Nullable SourceFile up,
            @Nullable SourceFile down) {}

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        Map<BigInteger, Pair> pairs = new TreeMap<>();
        List<Source.Left> left = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        for (SourceFile file : files) {
            Matcher name = NAME.matcher(file.name());
            if (!name.matches()) {
                left.add(new Source.Left(file.path(), "its name is none of golang-migrate's"));
            } else if (!name.group(4).equals("sql")) {
                faults.add(new FormatFault(file.path(), 0, "is no SQL; only SQL is run"));
            } else {
                add(file, name, pairs, faults);
            }
        }
        List<Migration> migrations = new ArrayList<>();
        BigInteger previous = null;
        for (Map.Entry<BigInteger, Pair> each : pairs.entrySet()) {
            try {
                migrations.add(migration(each.getKey(), each.getValue(), previous));
            } catch (FormatFault fault) {
                faults.add(fault);
            }
            previous = each.getKey();
        }
        return new Source(migrations, left, faults);
    }

    private static void add(SourceFile file, Matcher name, Map<BigInteger, Pair> pairs, List<FormatFault> faults) {
        BigInteger version = new BigInteger(name.group(1));
        if (version.compareTo(LARGEST) > 0) {
            faults.add(new FormatFault(file.path(), 0, "has a version that is larger than a bigint"));
            return;
        }
        boolean up = name.group(3).equals("up");
        Pair before = pairs.getOrDefault(version, new Pair(name.group(2), null, null));
        SourceFile twin = up ? before.up() : before.down();
        if (twin != null) {
            faults.add(new FormatFault(file.path(), 0, "has the same version as " + twin.path()));
        }
        pairs.put(
                version,
                up ? new Pair(name.group(2), file, before.down()) : new Pair(before.description(), before.up(), file));
    }

    private static Migration migration(BigInteger version, Pair pair, @Nullable BigInteger previous) {
        if (pair.up() == null) {
            throw new FormatFault(pair.down().path(), 0, "goes down, and there is no way up of its version");
        }
        return new Migration(
                version.toString(),
                pair.description(),
                Kind.VERSIONED,
                null,
                Transactions.OWN,
                Part.of(pair.up().path(), Texts.of(pair.up())),
                pair.down() == null ? null : Part.of(pair.down().path(), Texts.of(pair.down())),
                previous == null ? Map.of() : Map.of("previous", previous.toString()));
    }
}
