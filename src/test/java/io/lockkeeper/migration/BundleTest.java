package io.lockkeeper.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import io.lockkeeper.migration.BundleSpec.GivenFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BundleTest {
    private static final byte[] SQL = "SELECT 1;".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private static Bundle json(String... paths) {
        return BundleSpec.bundleOf(Arrays.stream(paths)
                .map(path -> new GivenFile(path, "SELECT 1;"))
                .toList());
    }

    private interface Filling<T> {
        void fill(T archive) throws IOException;
    }

    private Path zip(Filling<ZipArchiveOutputStream> filling) throws IOException {
        Path file = folder.resolve("a.zip");
        try (var zip = new ZipArchiveOutputStream(file)) {
            filling.fill(zip);
        }
        return file;
    }

    private static void put(ZipArchiveOutputStream zip, String name, byte[] content, Consumer<ZipArchiveEntry> change)
            throws IOException {
        var entry = new ZipArchiveEntry(name);
        change.accept(entry);
        zip.putArchiveEntry(entry);
        zip.write(content);
        zip.closeArchiveEntry();
    }

    private Path tar(Filling<TarArchiveOutputStream> filling) throws IOException {
        Path file = folder.resolve("a.tgz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file));
                var tar = new TarArchiveOutputStream(out, "UTF-8")) {
            filling.fill(tar);
        }
        return file;
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) throws IOException {
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable reading, String... why) {
        assertThatThrownBy(reading).isInstanceOf(Refused.class).hasMessageContainingAll(why);
    }

    @Test
    void hasOneNameHoweverItWasPacked() throws IOException {
        Path zip = zip(all -> {
            put(all, "b/V2__b.sql", SQL, entry -> {});
            put(all, "b/", new byte[0], entry -> {});
            put(all, "V1__a.sql", SQL, entry -> entry.setUnixMode(0100644));
        });
        Path tar = tar(all -> {
            put(all, new TarArchiveEntry("./"), new byte[0]);
            put(all, new TarArchiveEntry("./V1__a.sql"), SQL);
            put(all, new TarArchiveEntry("./b/V2__b.sql"), SQL);
        });

        Bundle packed = BundleArchives.zip(zip);

        assertThat(packed.sha256())
                .isEqualTo(BundleArchives.tarGz(tar).sha256())
                .isEqualTo(json("V1__a.sql", "b/V2__b.sql").sha256())
                .isNotEqualTo(json("V1__a.sql", "b/V2__c.sql").sha256());
        assertThat(packed.files()).extracting(BundleFile::path).containsExactly("V1__a.sql", "b/V2__b.sql");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a.sql",
                "a/../b.sql",
                "/etc/passwd",
                "C:/a.sql",
                "a\\b.sql",
                "a//b.sql",
                "a/",
                "a/./b",
                "a\u0000b",
                "a\nb",
                "",
                "..",
                "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17.sql"
            })
    void refusesPathsThatLeadOutOrMeanTwoThings(String path) throws IOException {
        refused(() -> json(path), "bundle-refused");
        if (!path.endsWith("/") && !path.isEmpty() && path.indexOf('\\') < 0) {
            Path zip = zip(all -> put(all, path, SQL, entry -> {}));
            refused(() -> BundleArchives.zip(zip), "bundle-refused");
        }
    }

    @Test
    void refusesTwins() throws IOException {
        refused(() -> json("a.sql", "a.sql"), "a.sql", "twice");
        refused(() -> json("a.sql", "A.sql"), "case does not count");
        refused(() -> json("caf\u00e9.sql", "cafe\u0301.sql"), "case does not count");
        Path zip = zip(all -> {
            put(all, "a.sql", SQL, entry -> {});
            put(all, "a.sql", SQL, entry -> {});
        });
        refused(() -> BundleArchives.zip(zip), "twice");
    }

    @Test
    void refusesLinksAndDevices() throws IOException {
        Path zip = zip(all ->
                put(all, "a.sql", "/etc/passwd".getBytes(StandardCharsets.UTF_8), entry -> entry.setUnixMode(0120777)));
        refused(() -> BundleArchives.zip(zip), "a.sql", "no plain file");
        for (byte type :
                List.of(TarConstants.LF_SYMLINK, TarConstants.LF_LINK, TarConstants.LF_CHR, TarConstants.LF_FIFO)) {
            Path tar = tar(all -> {
                var entry = new TarArchiveEntry("a.sql", type);
                entry.setLinkName("/etc/passwd");
                put(all, entry, new byte[0]);
            });
            refused(() -> BundleArchives.tarGz(tar), "a.sql", "no plain file");
        }
    }

    @Test
    void refusesWhatIsEncryptedOrNotUtf8OrNoArchive() throws IOException {
        Path zip = zip(all -> put(all, "abc.sql", SQL, entry -> {}));
        byte[] bytes = Files.readAllBytes(zip);
        refused(() -> BundleArchives.zip(written(changed(bytes, 8, 1))), "encrypted");
        refused(() -> BundleArchives.zip(written(renamed(bytes))), "not UTF-8");
        refused(() -> BundleArchives.zip(written(Arrays.copyOf(bytes, bytes.length - 30))), "cannot be read as a zip");
        refused(() -> BundleArchives.tarGz(written(bytes)), "cannot be read as a gzipped tar");
        refused(() -> BundleArchives.zip(zip(all -> {})), "no file");
    }

    private Path written(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("changed"), bytes);
    }

    /// A bit in the directory at the end, whose records begin with PK12.
    private static byte[] changed(byte[] bytes, int at, int bit) {
        byte[] other = bytes.clone();
        other[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\u0001\u0002") + at] |= (byte) bit;
        return other;
    }

    private static byte[] renamed(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .replace("abc.sql", "a\u00e4c.sql")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    void refusesBombs() throws IOException {
        Path zip = zip(all -> put(all, "a.sql", new byte[12_000_000], entry -> {}));
        refused(() -> BundleArchives.zip(zip), "times its size");
        var large = new ByteArrayOutputStream();
        large.writeBytes(new byte[17 << 20]);
        refused(
                () -> BundleArchives.zip(zip(all ->
                        put(all, "a.sql", large.toByteArray(), entry -> entry.setMethod(ZipArchiveEntry.DEFLATED)))),
                "bundle");
        refused(
                () -> BundleSpec.bundleOf(java.util.stream.IntStream.range(0, 10_001)
                        .mapToObj(i -> new GivenFile(i + ".sql", ""))
                        .toList()),
                "bundle-too-large",
                "10000 files");
    }
}
