package io.lockkeeper.wal;

import io.lockkeeper.depot.Depot;
import io.lockkeeper.http.Problem;
import io.lockkeeper.http.Refused;
import io.lockkeeper.job.JobContext;
import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ClientLogin;
import io.lockkeeper.postgres.ClientTools;
import io.lockkeeper.postgres.PgSession;
import io.lockkeeper.postgres.WalSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Keeps the log of one target flowing into a depot, for as long as one session with the target lasts.
/// Whatever ends it, nothing is lost: the slot has moved no further than what lies in the depot.
final class Archiving {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);
    private static final Duration BETWEEN_ROWS = Duration.ofSeconds(1);
    private static final int MOST_AT_A_TIME = 64; // a gigabyte of the worker's disk
    private static final String ENOUGH = "";
    private static final String SWITCH = "SELECT pg_switch_wal()";
    private static final String MAY_SWITCH = "SELECT has_function_privilege('pg_switch_wal()', 'EXECUTE') AS may";

    private final JobContext job;
    private final WalArchiveStore archives;
    private final WalSegmentStore segments;
    private final Depot depot;
    private final ClientTools tools;
    private final PgSession session;
    private final OwnSlot slot;
    private final Tally tally;
    private final Sightings sightings = new Sightings();
    private WalArchive archive;
    private Shelving shelving;
    private long rowAt = System.nanoTime() - BETWEEN_ROWS.toNanos();
    private long switchedAt = System.nanoTime();
    private boolean maySwitch;

    /// What a job has done so far, over all sessions.
    static final class Tally {
        private static final Duration SHIFT = Duration.ofDays(6);

        private final long began = System.nanoTime();
        private int segments;
        private long bytes;

        void add(long stored) {
            segments++;
            bytes += stored;
        }

        /// Time to let another job go on, before this one is out of time.
        boolean isEnough() {
            return System.nanoTime() - began > SHIFT.toNanos();
        }

        WalArchiveResult result() {
            return new WalArchiveResult(segments, bytes);
        }
    }

    Archiving(
            JobContext job,
            WalArchive archive,
            WalArchiveJob.Stores stores,
            Depot depot,
            ClientTools tools,
            PgSession session,
            Tally tally) {
        this.job = job;
        this.archive = archive;
        this.archives = stores.archives();
        this.segments = stores.segments();
        this.depot = depot;
        this.tools = tools;
        this.session = session;
        this.tally = tally;
        this.slot = new OwnSlot(archive.slot(), session);
    }

    /// Returns when nobody wants the archive any more, and the slot is gone; or when this job has done enough.
    void run() throws IOException, InterruptedException {
        if (!archive.ended()) {
            LogState state = prepare();
            while (!isOver()) {
                receiveFromTheBestBeginning(state);
            }
        }
        if (archive.ended()) {
            slot.drop();
            archives.released(archive.id());
        }
    }

    /// Returns when the archive is over, or when what was received has to be archived before there is more.
    private void receiveFromTheBestBeginning(LogState state) throws IOException, InterruptedException {
        Beginnings beginnings = new Beginnings(state, lastArchived(state));
        String lastWords = receive(beginnings.best());
        while (!isOver() && beginnings.another(lastWords)) {
            lastWords = receive(beginnings.best());
        }
        if (!isOver() && !lastWords.equals(ENOUGH)) {
            throw broken(lastWords);
        }
    }

    private boolean isOver() {
        return archive.ended() || tally.isEnough();
    }

    private LogState prepare() throws InterruptedException {
        LogState state = LogState.look(session, slot.name());
        demandTheSameCluster(state);
        boolean lost = state.slotIsLost();
        if (lost) {
            job.log("the slot " + slot.name() + " was lost (" + state.slotStatus()
                    + "): the target has thrown away log that was not archived; see max_slot_wal_keep_size");
            slot.drop();
        }
        if (lost || state.slotStatus() == null) {
            slot.make();
            state = LogState.look(session, slot.name());
            job.log("the slot " + slot.name() + " holds the log from " + state.slotHolds() + " on");
        }
        shelving = new Shelving(archive, state, depot, segments);
        maySwitch = !state.standby() && session.one(MAY_SWITCH).getBoolean("may");
        if (archive.switchEvery() != null && !maySwitch) {
            job.log("segments are not ended early: the role may not call pg_switch_wal() here");
        }
        return state;
    }

    /// A target whose address leads elsewhere now is another log, and must not be mixed with the first.
    private void demandTheSameCluster(LogState state) {
        if (archive.systemIdentifier() != null && !archive.systemIdentifier().equals(state.systemIdentifier())) {
            throw new PermanentFailure(Problem.conflict(
                    "another-cluster",
                    "Target " + archive.target() + " is the cluster " + state.systemIdentifier()
                            + " now, and the archive" + " is that of " + archive.systemIdentifier()
                            + ": end it and declare it anew."));
        }
    }

    private Optional<WalSegment> lastArchived(LogState state) throws InterruptedException {
        return segments.last(archive.target(), state.systemIdentifier())
                .map(last -> WalSegment.named(last.name(), state.segmentBytes()));
    }

    /// A depot that is slower than the server must not fill our disk: then the server keeps the rest for a while.
    ///
    /// @return what the program said when it ended by itself
    private String receive(WalSegment first) throws IOException, InterruptedException {
        var environment = ClientLogin.environment(session, job.directory());
        Path program = tools.program(Receiving.PROGRAM);
        try (Receiving receiving = new Receiving(job, program, environment, first, WalArchiveJob.LONGEST)) {
            job.log("receiving from " + first.name() + " on");
            while (true) {
                boolean over = receiving.isOver(); // asked before: what is whole after that is all
                look();
                shelve(receiving);
                if (over || isOver()) {
                    return receiving.lastWords();
                }
                if (receiving.whole().size() > MOST_AT_A_TIME) {
                    receiving.end();
                    shelve(receiving);
                    return ENOUGH;
                }
                switchIfDue();
                Thread.sleep(BETWEEN_LOOKS);
            }
        }
    }

    private void look() throws InterruptedException {
        LogState state = LogState.look(session, slot.name());
        if (state.slotIsLost() || state.slotStatus() == null) {
            throw new Refused(Problem.conflict(
                    "wal-slot-lost",
                    "The slot " + slot.name() + " on target " + archive.target()
                            + " is lost or gone (max_slot_wal_keep_size,"
                            + " or somebody dropped it): what was not archived yet may be missing."));
        }
        sightings.add(state.at(), state.end());
        if (System.nanoTime() - rowAt >= BETWEEN_ROWS.toNanos()) {
            rowAt = System.nanoTime();
            archives.seen(archive.id(), state);
            archive = archives.ofTarget(archive.target())
                    .map(WalArchiveStore.Declared::archive)
                    .filter(now -> now.id() == archive.id())
                    .orElseThrow(() -> WalArchiveJob.notDeclared(archive.target()));
        }
    }

    private void shelve(Receiving receiving) throws IOException, InterruptedException {
        for (Path file : receiving.whole()) {
            String name = file.getFileName().toString();
            if (WalSegment.isName(name)) {
                WalSegment segment = WalSegment.named(name, Files.size(file));
                tally.add(
                        shelving.shelve(file, sightings.coveredBy(segment.end()).orElse(null)));
                slot.advance(segment.start()); // keeps this one, to begin with the next time
            } else {
                shelving.shelve(file, null);
                job.log("the server has gone over to another timeline: " + name);
            }
            Files.delete(file);
        }
    }

    /// Does nothing on a server where nothing was written since.
    private void switchIfDue() throws InterruptedException {
        Duration every = archive.switchEvery();
        if (every != null && maySwitch && System.nanoTime() - switchedAt >= every.toNanos()) {
            switchedAt = System.nanoTime();
            session.query(SWITCH);
        }
    }

    private Refused broken(String lastWords) {
        return new Refused(Problem.of(
                502,
                "wal-receiving-ended",
                "The log stopped flowing",
                Receiving.PROGRAM + " on target " + archive.target() + " ended. It said: " + lastWords));
    }
}
