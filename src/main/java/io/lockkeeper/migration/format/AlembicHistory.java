package io.lockkeeper.migration.format;

import static io.lockkeeper.postgres.Identifiers.quote;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.format.Applied.State;
import io.lockkeeper.postgres.PgSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `alembic_version`: a row for each head. The scripts write it; we look whether they did.
final class AlembicHistory implements History {
    private final Scene scene;
    private final String name;
    private final String table;

    AlembicHistory(Scene scene) {
        this.scene = scene;
        this.name = Optional.ofNullable(scene.table()).orElse("alembic_version");
        this.table = quote(scene.schema(), name);
    }

    @Override
    public String table() {
        return scene.schema() + "." + name;
    }

    @Override
    public boolean exists(PgSession session) throws InterruptedException {
        return session.one("SELECT to_regclass($1) IS NOT NULL", table).getBoolean(0);
    }

    /// The script that begins at the beginning makes it.
    @Override
    public void create(PgSession session) {}

    private List<String> heads(PgSession session) throws InterruptedException {
        if (!exists(session)) {
            return List.of();
        }
        return session.query("SELECT version_num FROM " + table + " ORDER BY 1").stream()
                .map(row -> row.getString(0))
                .toList();
    }

    /// All scripts up to the one that leads to a head have run. Where no script begins or ends, something else was at
    /// work: nobody but alembic itself knows what has to come next.
    @Override
    public List<Applied> read(PgSession session, Source source) throws InterruptedException {
        List<String> heads = heads(session);
        List<Applied> all = new ArrayList<>();
        List<Migration> scripts = source.migrations();
        int done = 0;
        for (int i = 0; i < scripts.size(); i++) {
            if (heads.contains(scripts.get(i).id())) {
                done = i + 1;
            }
        }
        for (Migration script : scripts.subList(0, done)) {
            all.add(new Applied(script.id(), null, null, State.DONE, null, null, null));
        }
        for (String head : heads) {
            boolean known = scripts.stream()
                    .anyMatch(script -> script.id().equals(head)
                            || script.facts().get("from").equals(head));
            if (!known) {
                all.add(new Applied(head, "a head that no script leads to", null, State.FAILED, null, null, null));
            }
        }
        return all;
    }

    /// Alembic has no lock.
    @Override
    public boolean lock(PgSession session, String owner) {
        return true;
    }

    @Override
    public void unlock(PgSession session, String owner) {}

    @Override
    public void started(PgSession session, Migration migration, Direction direction) {}

    @Override
    public void finished(PgSession session, Migration migration, Direction direction, long millis, boolean started)
            throws InterruptedException {
        String wanted = migration.facts().get(direction == Direction.UP ? "to" : "from");
        List<String> heads = heads(session);
        if (wanted.isEmpty() ? !heads.isEmpty() : !heads.contains(wanted)) {
            throw new PermanentFailure(Problem.conflict(
                    "wrong-revision",
                    migration.path() + " was to lead to revision " + (wanted.isEmpty() ? "base" : wanted) + ", and "
                            + table() + " says " + (heads.isEmpty() ? "base" : String.join(", ", heads))
                            + ": the script does not fit this database. Nothing that is not committed stays."));
        }
    }

    @Override
    public boolean isWrittenByScripts() {
        return true;
    }
}
