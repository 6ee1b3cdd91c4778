package io.lockkeeper.backup;

import static io.lockkeeper.backup.BackupTarget.made;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.dump.Comparison;
import io.lockkeeper.dump.DumpedDatabase;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Fingerprints;
import io.lockkeeper.store.StoreAddress;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// A database that is written to all the time: what a backup says that it holds is what comes out of it.
/// More rounds with -Dlockkeeper.rounds=50.
@QuarkusTest
class BackupUnderLoadApiTest {
    private static final int WRITERS = 3;

    @RegisterExtension
    static final Fingerprints FINGERPRINTS = new Fingerprints();

    @TempDir
    Path directory;

    private final AtomicLong writes = new AtomicLong();
    private final List<Thread> writers = new ArrayList<>();

    @AfterEach
    void stopWriters() throws InterruptedException {
        for (Thread writer : writers) {
            writer.interrupt();
            writer.join();
        }
    }

    @Test
    void holdsWhatItsFingerprintSays() throws Exception {
        BackupTarget bank = new BackupTarget(17);
        bank.sql(
                "CREATE TABLE account (id int PRIMARY KEY, amount bigint NOT NULL)",
                "CREATE TABLE transfer (id bigint GENERATED ALWAYS AS IDENTITY, source int, target int, amount int)",
                "INSERT INTO account SELECT n, 1000 FROM generate_series(1, 1000) n");
        for (int i = 0; i < WRITERS; i++) {
            writers.add(Thread.ofPlatform().start(() -> transfer(bank.database)));
        }
        for (int round = 0; round < Integer.getInteger("lockkeeper.rounds", 2); round++) {
            long before = writes.get();
            long backup = made(bank.request()).getLong("id");
            assertThat(writes.get()).as("transfers during the backup").isGreaterThan(before);

            StoreAddress copy = restored(bank, backup, round);

            assertThat(BackupTarget.one(copy, "SELECT sum(amount) FROM account"))
                    .isEqualTo("1000000");
            Fingerprint expected = Fingerprint.parse(BackupApiTest.fingerprintText(backup));
            Fingerprint found = FINGERPRINTS.against(expected, DumpedDatabase.at(17, copy));
            assertThat(Comparison.of(expected, found).differences()).isEmpty();
            TestServers.drop(copy);
        }
    }

    private StoreAddress restored(BackupTarget bank, long backup, int round) throws Exception {
        Path dump = BackupApiTest.untar(
                BackupTarget.content(backup), Files.createDirectory(directory.resolve("dump" + round)));
        StoreAddress copy = bank.server.emptyDatabase();
        bank.tool("pg_restore", copy, "--jobs=2", "--exit-on-error", "--dbname=" + copy.database(), dump.toString());
        return copy;
    }

    private void transfer(StoreAddress database) {
        try (Connection connection = TestServers.connect(database)) {
            connection.setAutoCommit(false);
            try (var take = connection.prepareStatement("UPDATE account SET amount = amount - ? WHERE id = ?");
                    var note = connection.prepareStatement(
                            "INSERT INTO transfer (source, target, amount) VALUES (?, ?, ?)")) {
                while (!Thread.currentThread().isInterrupted()) {
                    int source = ThreadLocalRandom.current().nextInt(1, 500);
                    int amount = ThreadLocalRandom.current().nextInt(1, 10);
                    take.setInt(1, amount);
                    take.setInt(2, source);
                    take.executeUpdate();
                    take.setInt(1, -amount);
                    take.setInt(2, source + 500);
                    take.executeUpdate();
                    note.setInt(1, source);
                    note.setInt(2, source + 500);
                    note.setInt(3, amount);
                    note.executeUpdate();
                    connection.commit();
                    writes.incrementAndGet();
                }
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
