package io.lockkeeper.repository;

import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import jakarta.inject.Singleton;
import java.util.SortedMap;
import java.util.TreeMap;

/// The repositories of other tools that the operator configured, by name.
@Singleton
class Repositories {
    private final SortedMap<String, ConfiguredRepository> repositories = new TreeMap<>();

    Repositories(RepositoriesConfig config) {
        config.named().forEach((name, one) -> repositories.put(name, ConfiguredRepository.of(name, one)));
    }

    /// @throws Refused 422 `unknown-repository`, also where the operator did not mean it for this target
    ConfiguredRepository named(String name, String target) {
        ConfiguredRepository repository = repositories.get(name);
        if (repository == null || !repository.isFor(target)) {
            throw new Refused(Problem.unprocessable(
                    "unknown-repository",
                    "There is no repository " + name + " for target " + target
                            + " in this installation (lockkeeper.backup-repositories)."));
        }
        return repository;
    }

    static Asking asking(ConfiguredRepository repository, JobContext job) {
        return repository
                .asking(job)
                .orElseThrow(() -> new PermanentFailure(Problem.unprocessable(
                        "client-tools-missing",
                        "The program " + repository.tool().word() + " of repository " + repository.name()
                                + " is not on this worker: install it, or name it in lockkeeper.backup-repositories."
                                + repository.name() + ".program.")));
    }
}
