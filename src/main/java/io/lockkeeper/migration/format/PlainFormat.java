package io.lockkeeper.migration.format;

import io.lockkeeper.migration.format.Migration.Kind;
import io.lockkeeper.migration.format.Migration.Transactions;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbered files: `001_orders.sql`, and the way back beside it in `001_orders.down.sql`. For teams without a tool.
final class PlainFormat implements Format {
    private static final Pattern NAME = Pattern.compile("([0-9]+)[_-](.+?)(\\.down)?\\.sql");

    @Override
    public String name() {
        return "plain";
    }

    @Override
    public boolean recognises(List<SourceFile> files) {
        return files.stream().anyMatch(file -> NAME.matcher(file.name()).matches());
    }

    @Override
    public History history(Scene scene) {
        return new PlainHistory(scene);
    }

    @Override
    public Source read(List<SourceFile> files, Scene scene) {
        Map<BigInteger, SourceFile> ups = new TreeMap<>();
        Map<BigInteger, SourceFile> downs = new TreeMap<>();
        List<Source.Left> left = new ArrayList<>();
        List<FormatFault> faults = new ArrayList<>();
        for (SourceFile file : files) {
            Matcher name = NAME.matcher(file.name());
            if (!name.matches()) {
                left.add(new Source.Left(file.path(), "its name does not begin with a number and _"));
                continue;
            }
            SourceFile twin = (name.group(3) == null ? ups : downs).put(new BigInteger(name.group(1)), file);
            if (twin != null) {
                faults.add(new FormatFault(file.path(), 0, "has the same number as " + twin.path()));
            }
        }
        List<Migration> migrations = new ArrayList<>();
        ups.forEach((number, up) -> {
            try {
                migrations.add(migration(number, up, downs.remove(number)));
            } catch (FormatFault fault) {
                faults.add(fault);
            }
        });
        downs.values().forEach(down -> left.add(new Source.Left(down.path(), "there is no way up of its number")));
        return new Source(migrations, left, faults);
    }

    private static Migration migration(BigInteger number, SourceFile up, SourceFile down) {
        Matcher name = NAME.matcher(up.name());
        String description = name.matches() ? name.group(2).replace('_', ' ') : "";
        return new Migration(
                number.toString(),
                description,
                Kind.VERSIONED,
                sha256(up.content()),
                Transactions.OWN,
                Part.of(up.path(), Texts.of(up)),
                down == null ? null : Part.of(down.path(), Texts.of(down)),
                Map.of());
    }

    static String sha256(byte[] content) {
        return digest("SHA-256", content);
    }

    static String md5(String text) {
        return digest("MD5", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
