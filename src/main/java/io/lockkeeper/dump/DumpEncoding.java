package io.lockkeeper.dump;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PostgreSQL's names of encodings in Java's words.
final class DumpEncoding {
    private static final Pattern QUOTED = Pattern.compile("client_encoding\\s*=\\s*'([^']*)'");
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("LATIN2", "ISO-8859-2"),
            Map.entry("LATIN3", "ISO-8859-3"),
            Map.entry("LATIN4", "ISO-8859-4"),
            Map.entry("LATIN5", "ISO-8859-9"),
            Map.entry("LATIN7", "ISO-8859-13"),
            Map.entry("LATIN9", "ISO-8859-15"),
            Map.entry("KOI8R", "KOI8-R"),
            Map.entry("KOI8U", "KOI8-U"),
            Map.entry("EUC_JP", "EUC-JP"),
            Map.entry("EUC_KR", "EUC-KR"),
            Map.entry("EUC_CN", "GB2312"),
            Map.entry("EUC_TW", "x-EUC-TW"),
            Map.entry("SJIS", "Shift_JIS"),
            Map.entry("BIG5", "Big5"),
            Map.entry("GBK", "GBK"),
            Map.entry("GB18030", "GB18030"),
            Map.entry("UHC", "x-windows-949"));

    private DumpEncoding() {}

    /// Of `SET client_encoding = '...'`. What Java does not know is read byte for byte.
    static Charset of(String statement) {
        Matcher quoted = QUOTED.matcher(statement);
        String name = quoted.find() ? quoted.group(1) : "";
        if (name.equals("UTF8") || name.equals("SQL_ASCII")) {
            return StandardCharsets.UTF_8;
        }
        String java = name.startsWith("WIN") ? "windows-" + name.substring(3) : NAMES.getOrDefault(name, name);
        boolean known = Charset.availableCharsets().containsKey(java);
        return known ? Charset.forName(java) : StandardCharsets.ISO_8859_1;
    }
}
