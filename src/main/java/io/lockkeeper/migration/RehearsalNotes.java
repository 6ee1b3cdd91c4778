package io.lockkeeper.migration;

import io.lockkeeper.backup.BackupSpec;
import io.lockkeeper.restore.RestoredCopy;
import java.util.ArrayList;
import java.util.List;

/// What a copy has and its target has not, or the other way round, as far as it changes what was measured.
record RehearsalNotes(RestoredCopy copy, RehearsalSessions sessions) {
    private static final int SWITCHED_OFF = 17;
    private static final List<String> ALWAYS = List.of(
            "Nobody else works on the copy: waiting for locks, and whoever would wait behind the migration, is not in"
                    + " these times.",
            "The copy does not wait for its disk (fsync and synchronous_commit are off), and its caches are others:"
                    + " times are of this machine.",
            "The log was measured with wal_level=replica and full_page_writes=on, each page's first change after a"
                    + " checkpoint; logical decoding writes more, wal_compression less.",
            "Autovacuum does not run on the copy, and libraries that the target preloads are not there.");

    /// @param role that runs migrations on the target
    List<String> all(String role) {
        List<String> notes = new ArrayList<>(ALWAYS);
        if (copy.backup().method() == BackupSpec.Method.LOGICAL) {
            notes.add(
                    "The copy was made of a dump: its tables and indexes are as small as they can be, and what is set for"
                            + " roles (ALTER ROLE ... SET) is not there.");
        }
        if (sessions.observer().serverMajor() >= SWITCHED_OFF) {
            notes.add("Event triggers do not fire on the copy.");
        }
        if (!sessions.asTheTargetsRole()) {
            notes.add("The copy has no role " + role + ": a superuser ran the statements, who may do everything.");
        }
        notes.addAll(copy.notes());
        return List.copyOf(notes);
    }
}
