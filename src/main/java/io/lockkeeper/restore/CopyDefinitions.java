package io.lockkeeper.restore;

import io.lockkeeper.dump.CustomArchive;
import io.lockkeeper.dump.DatabaseFacts;
import io.lockkeeper.dump.DumpContent;
import io.lockkeeper.dump.Fingerprint;
import io.lockkeeper.dump.Level;
import io.lockkeeper.http.Problem;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.Sandbox;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// What is defined in a copy at this moment, in the words of `pg_dump`; its rows are not looked at.
@Singleton
class CopyDefinitions {
    private static final String PROGRAM = "pg_dump";
    private static final List<String> ARGUMENTS =
            List.of("--format=custom", "--compress=0", "--no-password", "--no-sync", "--schema-only");

    private final CopyAccess access;
    private final Optional<List<Path>> toolDirectories;

    CopyDefinitions(
            CopyAccess access,
            @ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.access = access;
        this.toolDirectories = toolDirectories;
    }

    Fingerprint read(Sandbox sandbox, String database, JobContext job) throws IOException, InterruptedException {
        DatabaseFacts facts;
        try (PgSession session = access.connect(sandbox, database)) {
            session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            facts = DatabaseFacts.read(session);
        }
        CustomArchive archive = dumped(sandbox, database, job);
        DumpContent content = archive.complete();
        return Fingerprint.of(Level.NONE, content, content.toc().orElseThrow(), facts);
    }

    private CustomArchive dumped(Sandbox sandbox, String database, JobContext job)
            throws IOException, InterruptedException {
        CustomArchive archive = new CustomArchive(Level.NONE);
        AtomicReference<String> said = new AtomicReference<>("nothing was said");
        int exitCode = access.run(
                job,
                sandbox,
                database,
                tools(sandbox.major()),
                PROGRAM,
                ARGUMENTS,
                (buffer, length) -> archive.accept(buffer, 0, length),
                said::set);
        if (exitCode != 0) {
            sandbox.demandLife();
            throw SandboxProblems.failed(PROGRAM + " could not read the definitions: " + said.get());
        }
        return archive;
    }

    private ClientTools tools(int major) throws InterruptedException {
        try {
            return ClientTools.forServer(major, List.of(PROGRAM), toolDirectories.orElse(List.of()));
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }
}
