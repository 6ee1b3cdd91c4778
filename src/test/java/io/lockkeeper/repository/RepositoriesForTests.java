package io.lockkeeper.repository;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Three repositories, of which a test that wants one writes the files. Found by the service loader.
public final class RepositoriesForTests implements QuarkusTestResourceLifecycleManager {
    static final Path FILES =
            Path.of("/tmp", "lockkeeper-repositories-" + ProcessHandle.current().pid());
    static final Path PGBACKREST = FILES.resolve("pgbackrest.conf");
    static final Path BARMAN = FILES.resolve("barman.conf");
    static final Path STRANGE = FILES.resolve("strange");

    @Override
    public Map<String, String> start() {
        Map<String, String> all = new HashMap<>();
        all.putAll(one("test-pgbackrest", "pgbackrest", "config", PGBACKREST));
        all.putAll(one("test-barman", "barman", "config", BARMAN));
        all.putAll(one("test-strange", "pgbackrest", "program", STRANGE));
        all.putAll(one("test-of-others", "pgbackrest", "config", PGBACKREST));
        all.put("lockkeeper.backup-repositories.test-of-others.targets", "somebody,somebody-else");
        return all;
    }

    private static Map<String, String> one(String name, String tool, String file, Path path) {
        String prefix = "lockkeeper.backup-repositories." + name;
        return Map.of(prefix + ".tool", tool, prefix + ".server", "main", prefix + "." + file, path.toString());
    }

    @Override
    public void stop() {
        // Whoever wrote them removes them.
    }
}
