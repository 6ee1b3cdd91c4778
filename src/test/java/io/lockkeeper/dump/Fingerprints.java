package io.lockkeeper.dump;

import io.lockkeeper.postgres.PgConnector;
import io.lockkeeper.postgres.PgSession;
import io.vertx.core.Vertx;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Takes fingerprints of real databases, as a backup (`of`) and as a restore test does (`against`).
public final class Fingerprints implements AfterAllCallback {
    private final Vertx vertx = Vertx.vertx();
    private final PgConnector connector = new PgConnector(vertx);

    Fingerprint of(DumpedDatabase database, String... options) {
        return of(database, database.custom(options));
    }

    Fingerprint of(DumpedDatabase database, byte[] dump) {
        DatabaseFacts facts = facts(database);
        return read(dump, facts, facts.columnOrders());
    }

    public Fingerprint against(Fingerprint expected, DumpedDatabase database) {
        DatabaseFacts facts = facts(database);
        return read(database.custom(), facts, expected.columnOrders(facts));
    }

    DatabaseFacts facts(DumpedDatabase database) {
        return factsAs(database.address().username(), database);
    }

    DatabaseFacts factsAs(String role, DumpedDatabase database) {
        try (PgSession session = connector.connect(database.server(), Duration.ofSeconds(10))) {
            session.script("SET ROLE " + role);
            session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            return DatabaseFacts.read(session);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static Fingerprint read(byte[] dump, DatabaseFacts facts, ColumnOrders orders) {
        DumpContent content = Feeding.read(new CustomArchive(Level.FULL, orders), dump, 1 << 16);
        return Fingerprint.of(Level.FULL, content, content.toc().orElseThrow(), facts);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        vertx.close();
    }
}
