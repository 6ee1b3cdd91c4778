package io.lockkeeper.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.backup.ForeignBackup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// `barman list-backups`, and `show-backup` for what is new. Backups that are not whole yet are not listed.
record Barman(String server) implements Keeper {
    private static final int MOST = 20_000;
    private static final int MOST_AT_A_TIME = 200;

    @Override
    public Listing list(Asking asking, Set<String> known) throws IOException, InterruptedException {
        JsonNode entries = asking.json("list-backups", server).path(server);
        if (!entries.isArray() || entries.size() > MOST) {
            throw asking.refused("repository-not-understood", "told nothing that makes sense about " + server);
        }
        List<ForeignBackup> backups = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        int leftOut = 0;
        for (JsonNode entry : entries) {
            try {
                Told told = new Told(entry);
                String label = told.label("/backup_id");
                boolean whole = "DONE".equals(entry.path("status").asText());
                boolean isNew = whole && !known.contains(label);
                if (isNew && backups.size() < MOST_AT_A_TIME) {
                    backups.add(backup(asking, label, told));
                }
                if (whole && (!isNew || backups.size() < MOST_AT_A_TIME)) {
                    labels.add(label);
                }
            } catch (Told.Nonsense nonsense) {
                leftOut++;
            }
        }
        return new Listing(backups, labels, leftOut, null);
    }

    private ForeignBackup backup(Asking asking, String label, Told listed) throws IOException, InterruptedException {
        Told told = shown(asking, label);
        Told detail = new Told(told.entry().path("base_backup_information"));
        long version = told.bytes("/postgresql_version");
        if (version < 90_000 || version > 1_000_000) {
            throw new Told.Nonsense("a server's version");
        }
        return new ForeignBackup(
                label,
                "full",
                null,
                detail.at("/end_time_timestamp"),
                version / 10_000 + "." + version % 10_000,
                null,
                told.identifier("/system_id"),
                detail.lsn("/begin_lsn"),
                detail.lsn("/end_lsn"),
                detail.timelineOfSegment("/end_wal"),
                listed.bytes("/size_bytes"),
                detail.bytes("/disk_usage_bytes"),
                null);
    }

    private Told shown(Asking asking, String label) throws IOException, InterruptedException {
        return new Told(asking.json("show-backup", server, label).path(server));
    }

    /// Barman puts tablespaces where they were: on the machine of a Barman that would be over somebody's data.
    @Override
    public void demandFetchable(Asking asking, String label) throws IOException, InterruptedException {
        Told told = shown(asking, label);
        if (!told.entry().isObject() || !told.entry().path("tablespaces").isEmpty()) {
            throw asking.refused(
                    "repository-unusable",
                    "has tablespaces in the backup " + label + ", which it would put where they were");
        }
    }

    @Override
    public boolean holds(Asking asking, String label) throws IOException, InterruptedException {
        for (JsonNode entry : asking.json("list-backups", server).path(server)) {
            if (label.equals(entry.path("backup_id").asText())) {
                return true;
            }
        }
        return false;
    }

    /// Barman makes the directory: it becomes its own user where we are root.
    @Override
    public List<String> fetching(String label, Landing landing) {
        return List.of("recover", "--get-wal", server, label, landing.data().toString());
    }

    @Override
    public List<String> fetchingLog(String file, Landing landing) {
        return List.of("get-wal", "--output-directory", landing.log().toString(), server, file);
    }

    @Override
    public boolean isWithoutLog(Asking.Ended ended) {
        return ended.exitCode() == 1 && ended.words().contains("not found in server");
    }

    /// It copies files as they lie there.
    @Override
    public boolean isDamaged(Asking.Ended ended) {
        return false;
    }
}
