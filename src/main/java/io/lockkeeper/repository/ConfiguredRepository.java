package io.lockkeeper.repository;

import io.lockkeeper.http.Words;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.repository.RepositoriesConfig.OneRepository;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A repository that the operator configured. Wrong settings end the start; a program that is not there is told to
/// whoever needs it.
record ConfiguredRepository(
        String name,
        Tool tool,
        String server,
        Optional<Path> config,
        Optional<Path> program,
        Optional<List<String>> targets) {

    private static final String NAME = "[a-z][a-z0-9-]{0,62}";
    private static final String SERVER = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}";

    static ConfiguredRepository of(String name, OneRepository one) {
        String property = "lockkeeper.backup-repositories." + name;
        if (!name.matches(NAME)) {
            throw new IllegalStateException(
                    property + ": a name begins with a letter and has 1 to 63 of a-z, 0-9 and -.");
        }
        Tool tool = Words.in(Tool.class).get(one.tool());
        if (tool == null) {
            throw new IllegalStateException(property + ".tool is pgbackrest or barman, not " + one.tool() + ".");
        }
        if (!one.server().matches(SERVER)) {
            throw new IllegalStateException(property + ".server is a stanza of pgBackRest or a server of Barman, not \""
                    + one.server() + "\".");
        }
        demandAbsolute(property + ".config", one.config());
        demandAbsolute(property + ".program", one.program());
        return new ConfiguredRepository(name, tool, one.server(), one.config(), one.program(), one.targets());
    }

    private static void demandAbsolute(String property, Optional<Path> path) {
        if (path.isPresent() && !path.get().isAbsolute()) {
            throw new IllegalStateException(property + " is an absolute path, not " + path.get() + ".");
        }
    }

    boolean isFor(String target) {
        return targets.isEmpty() || targets.get().contains(target);
    }

    Keeper keeper() {
        return switch (tool) {
            case PGBACKREST -> new PgBackRest(server);
            case BARMAN -> new Barman(server);
        };
    }

    /// Empty: its program is not on this machine.
    Optional<Asking> asking(JobContext job) {
        List<String> always = new ArrayList<>();
        switch (tool) {
            case PGBACKREST -> {
                config.ifPresent(file -> always.add("--config=" + file));
                always.addAll(List.of("--log-level-console=off", "--log-level-stderr=error", "--log-level-file=off"));
            }
            case BARMAN -> {
                config.ifPresent(file -> always.addAll(List.of("--config", file.toString())));
                always.addAll(List.of("--format", "json"));
            }
        }
        return program.or(() -> ClientTools.ofTheSystem(tool.word())).map(file -> new Asking(job, file, always, name));
    }
}
