package io.lockkeeper.migration;

import static io.lockkeeper.store.StoreAnswer.await;

import io.lockkeeper.security.Audit;
import io.lockkeeper.security.AuditStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Bundles and their files. Blocks: for virtual threads and workers.
@Singleton
class BundleStore {
    private static final Duration UPLOAD_BOUND = Duration.ofSeconds(60);
    private static final String READ = "SELECT id, sha256, files, bytes, created_at, created_by FROM migration_bundle";
    private static final String READ_ONE = READ + " WHERE sha256 = $1";
    private static final String READ_PAGE = READ + " WHERE id < $1 ORDER BY id DESC LIMIT $2";
    private static final String READ_FILES =
            "SELECT path, bytes, sha256 FROM migration_bundle_file WHERE bundle = $1 ORDER BY position";
    private static final String READ_CONTENT =
            "SELECT content FROM migration_bundle_file WHERE bundle = $1 AND path = $2";
    private static final String READ_CONTENTS =
            "SELECT path, content FROM migration_bundle_file WHERE bundle = $1 ORDER BY position";

    private static final String INSERT = """
            INSERT INTO migration_bundle (sha256, files, bytes, created_by) VALUES ($1, $2, $3, $4)
            ON CONFLICT (sha256) DO NOTHING""";
    private static final String INSERT_FILE = """
            INSERT INTO migration_bundle_file (bundle, position, path, sha256, bytes, content)
            VALUES ($1, $2, $3, $4, $5, $6)""";

    private final Pool store;

    BundleStore(Pool store) {
        this.store = store;
    }

    /// A bundle and its place in the list.
    record Kept(long id, BundleView view) {}

    /// @return false: it was there
    boolean keep(Bundle bundle, Audit by) throws InterruptedException {
        Tuple values = Tuple.of(bundle.sha256(), bundle.files().size(), bundle.bytes(), by.subject());
        return await(
                store.withTransaction(transaction -> transaction
                        .preparedQuery(INSERT)
                        .execute(values)
                        .flatMap(rows -> rows.rowCount() == 0
                                ? Future.succeededFuture(false)
                                : insertFiles(transaction, bundle)
                                        .flatMap(_ -> transaction
                                                .preparedQuery(AuditStore.APPEND_AUDIT)
                                                .execute(AuditStore.tuple(by)))
                                        .map(true))),
                UPLOAD_BOUND);
    }

    private static Future<Void> insertFiles(SqlConnection transaction, Bundle bundle) {
        List<Tuple> rows = new ArrayList<>();
        for (BundleFile file : bundle.files()) {
            rows.add(Tuple.of(
                    bundle.sha256(),
                    rows.size(),
                    file.path(),
                    Bundle.digest(file.content()),
                    (long) file.content().length,
                    Buffer.buffer(file.content())));
        }
        return transaction.preparedQuery(INSERT_FILE).executeBatch(rows).mapEmpty();
    }

    Optional<BundleView> view(String sha256) throws InterruptedException {
        return kept(READ_ONE, Tuple.of(sha256)).stream().map(Kept::view).findFirst();
    }

    /// Newest first, those with an id below `before`.
    List<Kept> page(long before, int limit) throws InterruptedException {
        return kept(READ_PAGE, Tuple.of(before, limit));
    }

    List<BundleFileView> files(String sha256) throws InterruptedException {
        List<BundleFileView> files = new ArrayList<>();
        await(store.preparedQuery(READ_FILES).execute(Tuple.of(sha256)))
                .forEach(row -> files.add(
                        new BundleFileView(row.getString("path"), row.getLong("bytes"), row.getString("sha256"))));
        return files;
    }

    Optional<byte[]> content(String sha256, String path) throws InterruptedException {
        for (Row row : await(store.preparedQuery(READ_CONTENT).execute(Tuple.of(sha256, path)))) {
            return Optional.of(row.getBuffer("content").getBytes());
        }
        return Optional.empty();
    }

    /// All of it, compared with its name.
    Optional<Bundle> find(String sha256) throws InterruptedException {
        List<BundleFile> files = new ArrayList<>();
        await(store.preparedQuery(READ_CONTENTS).execute(Tuple.of(sha256)), UPLOAD_BOUND)
                .forEach(row -> files.add(new BundleFile(
                        row.getString("path"), row.getBuffer("content").getBytes())));
        if (files.isEmpty()) {
            return Optional.empty();
        }
        Bundle bundle = Bundle.of(files);
        if (!bundle.sha256().equals(sha256)) {
            throw new IllegalStateException("the stored bundle " + sha256 + " holds other bytes than its name says");
        }
        return Optional.of(bundle);
    }

    private List<Kept> kept(String sql, Tuple values) throws InterruptedException {
        List<Kept> all = new ArrayList<>();
        await(store.preparedQuery(sql).execute(values))
                .forEach(row -> all.add(new Kept(
                        row.getLong("id"),
                        BundleView.of(
                                row.getString("sha256"),
                                row.getInteger("files"),
                                row.getLong("bytes"),
                                row.getOffsetDateTime("created_at").toInstant(),
                                row.getString("created_by")))));
        return all;
    }
}
