package io.lockkeeper.repository;

import io.lockkeeper.http.Refused;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/// How a tool is asked about the backups that it keeps. Its answers are untrusted.
sealed interface Keeper permits PgBackRest, Barman {
    /// @param known labels that need not be looked at once more
    /// @throws Refused if the tool does not answer, or says that its repository cannot be used
    Listing list(Asking asking, Set<String> known) throws IOException, InterruptedException;

    boolean holds(Asking asking, String label) throws IOException, InterruptedException;

    /// @throws Refused if fetching this backup would touch something else than the place that it is fetched to
    default void demandFetchable(Asking asking, String label) throws IOException, InterruptedException {}

    /// What has to be there before it is fetched.
    default void prepare(Landing landing) throws IOException {}

    /// The arguments that bring the files of a backup to `landing`, without any log.
    List<String> fetching(String label, Landing landing);

    /// The arguments that bring one file of the log to `landing`.
    List<String> fetchingLog(String file, Landing landing);

    /// Whether the repository, which is there, does not have that file of the log.
    boolean isWithoutLog(Asking.Ended ended);

    /// Whether the tool could not make the files of a backup because what lies in the repository is damaged.
    boolean isDamaged(Asking.Ended ended);
}
