package io.lockkeeper.restore;

import static io.lockkeeper.backup.BackupTarget.made;
import static io.lockkeeper.restore.RestoreTests.ended;
import static io.lockkeeper.restore.RestoreTests.of;
import static io.lockkeeper.restore.RestoreTests.verdict;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.backup.BackupTarget;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;

/// What is damaged is never called proven: not by chance, and not by somebody who makes all digests fit.
@QuarkusTest
class DamagedRestoreApiTest {
    private static final int ROUNDS = Integer.getInteger("lockkeeper.rounds", 1);

    @Inject
    Pool store;

    @Test
    void aBitOfAnyKindOfFile() throws Exception {
        Forged backup = new Forged(shop().getLong("id"));
        Random random = new Random();
        for (Path file : oneOfEachKind(backup)) {
            byte[] good = Files.readAllBytes(file);
            for (int round = 0; round < ROUNDS; round++) {
                int bit = random.nextInt(good.length * 8);
                byte[] bad = good.clone();
                bad[bit / 8] ^= (byte) (1 << bit % 8);
                Files.write(file, bad);
                demandBroken(backup.id, file.getFileName() + " bit " + bit);
            }
            if (ROUNDS > 1) {
                Files.write(file, java.util.Arrays.copyOf(good, random.nextInt(good.length)));
                demandBroken(backup.id, file.getFileName() + " cut");
                Files.delete(file);
                demandBroken(backup.id, file.getFileName() + " gone");
            }
            Files.write(file, good);
        }
        assertThat(verdict(of(backup.id)).getString("verdict")).isEqualTo("PROVEN");
    }

    /// Two tables of the same columns; the restore itself notices nothing.
    @Test
    void theDataOfTwoTablesSwappedWithAManifestThatFits() throws Exception {
        BackupTarget target = new BackupTarget(18);
        target.sql(
                "CREATE TABLE left_one (id int PRIMARY KEY, t text)",
                "CREATE TABLE right_one (id int PRIMARY KEY, t text)",
                "INSERT INTO left_one SELECT n, 'left ' || n FROM generate_series(1, 100) n",
                "INSERT INTO right_one SELECT n, 'right' || n FROM generate_series(1, 100) n");
        Forged backup = new Forged(made(unpacked(target)).getLong("id"));
        swapTables(backup);

        JsonPath test = verdict(of(backup.id));

        assertThat(test.getString("verdict")).isEqualTo("BROKEN");
        assertThat(test.getList("report.reasons.code")).as(test.prettify()).containsOnly("CONTENT");
        assertThat(test.getList("report.reasons.subject")).contains("public.left_one", "public.right_one");
    }

    @Test
    void whatIsSaidToBeOfAnOlderServer() throws Exception {
        JsonPath backup = shop();
        update("UPDATE backup SET server_version = '15.0', tool_version = '15' WHERE id = $1", backup.getLong("id"));

        JsonPath job = ended(of(backup.getLong("id")));

        assertThat(job.getString("result.verdict")).as(job.prettify()).isNotEqualTo("PROVEN");
    }

    private static JsonPath shop() {
        BackupTarget shop = new BackupTarget(18).withAShop();
        return made(shop.request().put("globals", true));
    }

    private static JsonObject unpacked(BackupTarget target) {
        return target.request().put("compression", new JsonObject().put("algorithm", "none"));
    }

    private static void demandBroken(long backup, String how) {
        JsonPath test = verdict(of(backup));
        assertThat(test.getString("verdict")).as(how).isEqualTo("BROKEN");
        assertThat(test.getList("report.reasons.code")).as(how).containsExactly("ARTIFACT");
    }

    /// The table of contents, tables, small ones together, the fingerprint, the roles, our own manifest.
    private static List<Path> oneOfEachKind(Forged backup) throws IOException {
        Map<String, Path> kinds = new TreeMap<>();
        for (String name : backup.names()) {
            kinds.put(name.replaceAll("\\d", ""), backup.stored(name));
        }
        List<Path> all = new ArrayList<>(kinds.values());
        all.add(backup.folder.resolve("manifest.json"));
        assertThat(all).hasSizeGreaterThan(4);
        return all;
    }

    private void swapTables(Forged backup) throws Exception {
        Path small = backup.stored("small.tar");
        Map<String, byte[]> files = read(small);
        List<String> tables = files.entrySet().stream()
                .filter(file -> new String(file.getValue(), java.nio.charset.StandardCharsets.UTF_8)
                        .matches("(?s)1\t(left |right).*"))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(tables).hasSize(2);
        byte[] left = files.get(tables.getFirst());
        files.put(tables.getFirst(), files.get(tables.getLast()));
        files.put(tables.getLast(), left);
        byte[] tar = tar(files);
        Files.write(small, tar);
        String sha256 = backup.rewrite(manifest -> Forged.entry(manifest, "small.tar")
                .put("bytes", tar.length)
                .put("storedBytes", tar.length)
                .put("sha256", Forged.sha256(tar)));
        update("UPDATE backup SET sha256 = '" + sha256 + "' WHERE id = $1", backup.id);
    }

    private static Map<String, byte[]> read(Path tar) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (var in = new TarArchiveInputStream(new ByteArrayInputStream(Files.readAllBytes(tar)))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                files.put(entry.getName(), in.readAllBytes());
            }
        }
        return files;
    }

    private static byte[] tar(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new TarArchiveOutputStream(bytes)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                TarArchiveEntry entry = new TarArchiveEntry(file.getKey());
                entry.setSize(file.getValue().length);
                out.putArchiveEntry(entry);
                out.write(file.getValue());
                out.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private void update(String sql, long backup) throws Exception {
        store.preparedQuery(sql)
                .execute(Tuple.of(backup))
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }
}
