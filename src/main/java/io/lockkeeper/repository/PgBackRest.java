package io.lockkeeper.repository;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockkeeper.backup.ForeignBackup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// `pgbackrest info`. It ends well even where there is nothing, and says so by a number.
record PgBackRest(String stanza) implements Keeper {
    private static final int MOST = 20_000;
    private static final Set<String> TYPES = Set.of("full", "diff", "incr");

    /// All is well; there are no backups yet; several repositories do not agree, so that some hold something.
    private static final Set<Integer> USABLE = Set.of(0, 2, 4);

    /// ChecksumError, FormatError and FileMissingError, said of a backup's file: its manifest could be read.
    private static final Set<Integer> DAMAGED = Set.of(26, 29, 55);

    private static final Pattern BY_A_WORKER = Pattern.compile("raised from local-\\d+ (shim )?protocol");

    @Override
    public Listing list(Asking asking, Set<String> known) throws IOException, InterruptedException {
        JsonNode all = asking.json("--stanza=" + stanza, "--output=json", "info");
        for (JsonNode each : all) {
            if (stanza.equals(each.path("name").asText())) {
                return read(asking, each);
            }
        }
        throw asking.refused("repository-not-understood", "told nothing about the stanza " + stanza);
    }

    private Listing read(Asking asking, JsonNode told) {
        int status = told.at("/status/code").asInt(-1);
        if (!USABLE.contains(status)) {
            throw asking.refused(
                    "repository-unusable",
                    "said that the stanza " + stanza + " cannot be used (status " + status + "): pgbackrest --stanza="
                            + stanza + " info tells why");
        }
        JsonNode entries = told.path("backup");
        if (entries.size() > MOST) {
            throw asking.refused("repository-not-understood", "told of more than " + MOST + " backups");
        }
        List<ForeignBackup> backups = new ArrayList<>();
        Set<String> labels = new HashSet<>();
        int leftOut = 0;
        for (JsonNode entry : entries) {
            try {
                ForeignBackup backup = backup(new Told(entry), told.path("db"));
                leftOut += labels.add(backup.label()) ? 0 : 1;
                backups.add(backup);
            } catch (Told.Nonsense nonsense) {
                leftOut++;
            }
        }
        return new Listing(backups, labels, leftOut, systemIdentifier(told.path("db")));
    }

    private static ForeignBackup backup(Told told, JsonNode clusters) {
        Told cluster = new Told(cluster(told.entry().path("database"), clusters));
        String type = told.entry().path("type").asText();
        String version = cluster.version("/version");
        if (version == null) {
            throw new Told.Nonsense("a server's version");
        }
        return new ForeignBackup(
                told.label("/label"),
                TYPES.contains(type) ? type : null,
                told.labelOrNothing("/prior"),
                told.at("/timestamp/stop"),
                version,
                told.version("/backrest/version"),
                cluster.identifier("/system-id"),
                told.lsn("/lsn/start"),
                told.lsn("/lsn/stop"),
                told.timelineOfSegment("/archive/stop"),
                told.bytes("/info/repository/delta"),
                told.bytes("/info/size"),
                told.entry().path("error").asBoolean() ? "pgBackRest found pages with wrong checksums in it" : null);
    }

    private static JsonNode cluster(JsonNode database, JsonNode clusters) {
        for (JsonNode each : clusters) {
            if (each.path("id").equals(database.path("id"))
                    && each.path("repo-key").equals(database.path("repo-key"))) {
                return each;
            }
        }
        throw new Told.Nonsense("a backup's cluster");
    }

    /// Of the last one: after an upgrade it is another than before.
    private static @Nullable String systemIdentifier(JsonNode clusters) {
        JsonNode last = null;
        for (JsonNode each : clusters) {
            last = last == null || each.path("id").asInt() > last.path("id").asInt() ? each : last;
        }
        return last == null ? null : new Told(last).identifier("/system-id");
    }

    @Override
    public boolean holds(Asking asking, String label) throws IOException, InterruptedException {
        return list(asking, Set.of()).labels().contains(label);
    }

    @Override
    public void prepare(Landing landing) throws IOException {
        Landing.directory(landing.data());
    }

    /// Tablespaces go beside the data, and what was a link comes as what it led to: nothing is written anywhere else,
    /// whatever the configuration says of restores.
    @Override
    public List<String> fetching(String label, Landing landing) {
        return List.of(
                "--stanza=" + stanza,
                "--set=" + label,
                "--pg1-path=" + landing.data(),
                "--reset-pg1-host",
                "--lock-path=" + landing.locks(),
                "--tablespace-map-all=" + landing.tablespaces(),
                "--reset-tablespace-map",
                "--reset-link-map",
                "--no-link-all",
                "--no-delta",
                "--reset-db-include",
                "--reset-recovery-option",
                "--type=none",
                "--archive-mode=off",
                "restore");
    }

    @Override
    public List<String> fetchingLog(String file, Landing landing) {
        return List.of(
                "--stanza=" + stanza,
                "--pg1-path=" + landing.data(),
                "--reset-pg1-host",
                "--lock-path=" + landing.locks(),
                "--no-archive-async",
                "archive-get",
                file,
                landing.log().resolve(file).toString());
    }

    @Override
    public boolean isWithoutLog(Asking.Ended ended) {
        return ended.exitCode() == 1;
    }

    @Override
    public boolean isDamaged(Asking.Ended ended) {
        return DAMAGED.contains(ended.exitCode())
                && BY_A_WORKER.matcher(ended.words()).find();
    }
}
