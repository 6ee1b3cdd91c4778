package io.lockkeeper.migration;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.migration.format.Applied;
import io.lockkeeper.migration.format.Format;
import io.lockkeeper.migration.format.Formats;
import io.lockkeeper.migration.format.History;
import io.lockkeeper.migration.format.Scene;
import io.lockkeeper.migration.format.Source;
import io.lockkeeper.migration.format.SourceFile;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.sql.Grammar;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A bundle, read as one tool's files for one target, and what that tool's history there says.
record Work(Bundle bundle, Format format, Scene scene, Source source, History history, Grammar grammar) {
    private static final String THINGS_IN_SCHEMA = """
            SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')""";

    private static final String WHICH_DATABASE = """
            SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid::text FROM pg_database
            WHERE datname = current_database()""";

    static Work of(
            Bundle bundle,
            MigrationSpec.FormatName wanted,
            MigrationSpec.Options options,
            PgSession session,
            Grammar grammar)
            throws InterruptedException {
        Scene scene = Scene.look(
                session,
                options.schema(),
                options.table(),
                options.baseline(),
                options.placeholders(),
                options.contexts(),
                options.labels());
        List<SourceFile> files = bundle.files().stream()
                .map(file -> new SourceFile(file.path(), file.content()))
                .toList();
        Format format = format(files, wanted);
        return new Work(bundle, format, scene, format.read(files, scene), format.history(scene), grammar);
    }

    private static Format format(List<SourceFile> files, MigrationSpec.FormatName wanted) {
        if (wanted != MigrationSpec.FormatName.AUTO) {
            return Formats.named(wanted.word()).orElseThrow();
        }
        return Formats.of(files)
                .orElseThrow(() -> new PermanentFailure(Problem.unprocessable(
                        "format-unknown",
                        "The files of the bundle are named as no tool names them; say whose they are with format.")));
    }

    /// Where journals hold: what another cluster knows of transactions is worth nothing, and another tool's
    /// migrations may have the same names.
    String place(PgSession session) throws InterruptedException {
        return session.one(WHICH_DATABASE).getString(0) + "/" + history.table();
    }

    /// @param ours what has failed and our journal knows how far it came
    Plan plan(MigrationSpec spec, PgSession session, Set<String> ours) throws InterruptedException {
        boolean exists = history.exists(session);
        List<Applied> rows = exists ? history.read(session, source) : history.atItsBeginning(source);
        boolean begins = exists || scene.baseline() != null || isEmpty(session);
        Standing standing = Standing.of(source, rows, format.isOrdered());
        return new Planner(spec, bundle.sha256(), standing, history.isWrittenByScripts(), ours, grammar).plan(begins);
    }

    /// What the tool's history says is done.
    Set<String> done(PgSession session) throws InterruptedException {
        if (!history.exists(session)) {
            return Set.of();
        }
        Set<String> done = new HashSet<>();
        for (Applied row : history.read(session, source)) {
            if (row.state() == Applied.State.DONE) {
                done.add(row.id());
            } else {
                done.remove(row.id());
            }
        }
        return done;
    }

    private boolean isEmpty(PgSession session) throws InterruptedException {
        return session.one(THINGS_IN_SCHEMA, scene.schema()).getLong(0) == 0;
    }

    MigrationResult result(Plan plan, boolean applied) {
        return new MigrationResult(
                applied,
                bundle.sha256(),
                format.name(),
                history.table(),
                plan.direction(),
                plan.digest(),
                plan.standing().entries(),
                plan.planned(),
                plan.findings(),
                source.left(),
                null);
    }
}
