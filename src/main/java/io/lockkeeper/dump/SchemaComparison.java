package io.lockkeeper.dump;

import io.lockkeeper.dump.Difference.Code;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Definitions. Where another major version of the server or of pg_dump has put them into words, only
/// what there is can be compared, not how it is said.
record SchemaComparison(Fingerprint expected, Fingerprint found, Comparison.Told told) {
    void tell() {
        if (expected.schemaDigest().equals(found.schemaDigest())) {
            return;
        }
        Map<String, List<String>> before = byTitle(expected);
        Map<String, List<String>> after = byTitle(found);
        var titles = new TreeSet<>(before.keySet());
        titles.addAll(after.keySet());
        boolean sameWords = sameWords();
        int other = 0;
        for (String title : titles) {
            List<String> one = before.getOrDefault(title, List.of());
            List<String> two = after.getOrDefault(title, List.of());
            if (one.size() != two.size()) {
                told.difference(Code.SCHEMA, title, count(one.size(), two.size()));
            } else if (!one.equals(two) && sameWords) {
                told.difference(Code.SCHEMA, title, "owner or definition differ");
            } else if (!one.equals(two)) {
                other++;
            }
        }
        if (other > 0) {
            told.note(other + " definitions are worded differently, which between major versions says nothing.");
        }
    }

    private static String count(int before, int after) {
        if (after == 0) {
            return "missing";
        }
        return before == 0 ? "not expected" : before + " of this name expected, " + after + " found";
    }

    private boolean sameWords() {
        return expected.properties().major() == found.properties().major()
                && major(expected).equals(major(found));
    }

    private static String major(Fingerprint fingerprint) {
        String version = fingerprint.dumpVersion() == null ? "" : fingerprint.dumpVersion();
        return Stream.of(version.split("\\D")).findFirst().orElse("");
    }

    private static Map<String, List<String>> byTitle(Fingerprint fingerprint) {
        return fingerprint.schema().stream()
                .collect(Collectors.groupingBy(
                        SchemaItem::title,
                        TreeMap::new,
                        Collectors.collectingAndThen(
                                Collectors.mapping(SchemaItem::sha256, Collectors.toList()),
                                hashes -> hashes.stream().sorted().toList())));
    }
}
