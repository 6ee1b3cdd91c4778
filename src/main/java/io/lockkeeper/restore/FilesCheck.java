package io.lockkeeper.restore;

import io.lockkeeper.http.Problem;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ChildProcess.Command;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.repository.RepositoryFetch.Fetched;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/// Says who vouches for the bytes of a backup that another tool kept, and holds them against what the server said of
/// them where the tool kept that and did not look itself.
@Singleton
class FilesCheck {
    private static final String VERIFY = "pg_verifybackup";
    private static final Duration LONGEST = Duration.ofHours(12);
    private static final int MOST_LINES = 10;

    /// Which Barman changes, or puts beside them.
    private static final List<String> CONFIGURATION = List.of("postgresql.conf", "pg_hba.conf", "pg_ident.conf");

    private final Optional<List<Path>> toolDirectories;

    FilesCheck(@ConfigProperty(name = "lockkeeper.client-tools.directories") Optional<List<Path>> toolDirectories) {
        this.toolDirectories = toolDirectories;
    }

    Findings check(Fetched fetched, Restoration wanted) throws IOException, InterruptedException {
        if (wanted.backup().origin().tool().equals("pgbackrest")) {
            return Findings.note("Every file has the checksum that pgBackRest made of it when it backed it up, says"
                    + " pgBackRest, which compared them.");
        }
        if (fetched.manifest().isEmpty()) {
            return Findings.note(
                    "Nothing vouches for the bytes of the files: Barman keeps no checksums of them, and the"
                            + " backup has no manifest of the server's.");
        }
        List<String> complaints = complaints(fetched, fetched.manifest().get(), wanted);
        return complaints.isEmpty()
                ? Findings.note("Every file but those with settings has the digest that the server gave when it was"
                        + " copied (pg_verifybackup).")
                : broken(complaints);
    }

    private static Findings broken(List<String> complaints) {
        throw new Unrestorable(Findings.of(Reason.of(
                Reason.Code.ARTIFACT,
                null,
                "The files in the backup are not what the server said it sent: " + String.join(" / ", complaints)
                        + ".")));
    }

    private List<String> complaints(Fetched fetched, Path manifest, Restoration wanted)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("--no-parse-wal", "--manifest-path=" + manifest));
        ignored(manifest).forEach(name -> arguments.add("--ignore=" + name));
        arguments.add(fetched.data().toString());
        List<String> said = new ArrayList<>();
        Command command = new Command(program(wanted), arguments, wanted.job().directory(), Map.of());
        try {
            int exitCode = wanted.job().run(command, line -> keep(said, line), LONGEST);
            if (exitCode > 1 || exitCode == 1 && said.isEmpty()) {
                throw SandboxProblems.failed(VERIFY + " ended with " + exitCode + ".");
            }
            return exitCode == 0 ? List.of() : List.copyOf(said);
        } catch (TimeoutException late) {
            throw new PermanentFailure(
                    Problem.unprocessable(
                            "tool-timeout", VERIFY + " did not end within " + LONGEST.toHours() + " hours."),
                    late);
        }
    }

    private static List<String> ignored(Path manifest) {
        List<String> all = new ArrayList<>(CONFIGURATION);
        CONFIGURATION.forEach(name -> all.add(name + ".origin"));
        all.addAll(List.of(
                "postgresql.auto.conf.origin",
                ".barman-recover.info",
                manifest.getFileName().toString()));
        return all;
    }

    private static void keep(List<String> said, String line) {
        synchronized (said) {
            if (said.size() < MOST_LINES) {
                said.add(line);
            }
        }
    }

    private Path program(Restoration wanted) throws InterruptedException {
        try {
            return ClientTools.forServer(wanted.serverMajor(), List.of(VERIFY), toolDirectories.orElse(List.of()))
                    .program(VERIFY);
        } catch (ClientTools.Missing missing) {
            throw new PermanentFailure(Problem.unprocessable("client-tools-missing", missing.getMessage()));
        }
    }
}
