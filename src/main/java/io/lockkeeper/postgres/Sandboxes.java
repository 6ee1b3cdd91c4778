package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/// Starts and sweeps throw-away servers; knows nothing of jobs, nor of what is put into the servers.
///
/// All of an instance's lie below one directory that it holds a lock on. When it dies, the next one that opens (or
/// sweeps) ends what still runs there and removes it.
public final class Sandboxes implements AutoCloseable {
    /// The server may run as another user, who has to get through; only its own files are for it.
    private static final String PASSABLE = "rwx--x--x";

    private final Path root;
    private final Optional<Path> programs;
    private final Path cache;
    private final PgConnector connector;
    private final Map<Integer, PostgresBinaries> found = new ConcurrentHashMap<>();
    private final EmptyClusters empty = new EmptyClusters();
    private HeldDirectory own;

    /// @param root where they all lie; other users must be able to get there when we are root
    /// @param programs the directory of PostgreSQL's programs that the operator named
    /// @param cache where the server that comes with the application is unpacked
    public Sandboxes(Path root, Optional<Path> programs, Path cache, PgConnector connector) {
        this.root = root.toAbsolutePath().normalize();
        this.programs = programs;
        this.cache = cache.toAbsolutePath().normalize();
        this.connector = connector;
    }

    /// An empty server of this major version.
    public Sandbox start(Sandbox.Wanted wanted) throws IOException, InterruptedException {
        PostgresBinaries binaries = binaries(wanted.major());
        Path home = freshHome(wanted.bytes());
        PostgresServer.Plan plan = PostgresServer.Plan.on(binaries, home).with(settings(wanted));
        return launch(home, () -> {
            empty.fill(home, binaries);
            return Sandbox.onEmptyCluster(home, PostgresServer.start(plan), connector);
        });
    }

    /// Looks whether a sandbox of this size would fit, without promising it anything.
    public synchronized void demandRoom(long bytes) throws IOException {
        open();
        Room.demand(root, bytes);
    }

    /// Room for a server whose data comes from a copy.
    public SandboxPlace place(Sandbox.Wanted wanted) throws IOException, InterruptedException {
        PostgresBinaries binaries = binaries(wanted.major());
        return new SandboxPlace(binaries, freshHome(wanted.bytes()), settings(wanted));
    }

    /// A server on data that was recovered.
    public Sandbox adopt(SandboxPlace place) throws IOException, InterruptedException {
        place.adopted();
        return launch(
                place.home(),
                () -> new Sandbox(place.home(), PostgresServer.start(place.plan()), connector, place.superuser()));
    }

    private interface Start {
        Sandbox run() throws IOException, InterruptedException;
    }

    private static Sandbox launch(Path home, Start start) throws IOException, InterruptedException {
        boolean started = false;
        try {
            Sandbox sandbox = start.run();
            started = true;
            return sandbox;
        } catch (PostgresServer.Failure failure) {
            throw new SandboxFailure(SandboxFailure.Reason.NOT_STARTED, failure.getMessage());
        } finally {
            if (!started) {
                remove(home);
            }
        }
    }

    /// To look for them is to run a dozen programs: what was found is believed for as long as it is there.
    private PostgresBinaries binaries(int major) throws InterruptedException {
        PostgresBinaries known = found.get(major);
        if (known != null && Files.isExecutable(known.program("postgres"))) {
            return known;
        }
        PostgresBinaries now = PostgresBinaries.ofMajor(major, programs, cache)
                .orElseThrow(() ->
                        new SandboxFailure(SandboxFailure.Reason.NO_PROGRAMS, PostgresBinaries.whatToInstall(major)));
        found.put(major, now);
        return now;
    }

    private static Map<String, String> settings(Sandbox.Wanted wanted) {
        Map<String, String> settings = new TreeMap<>(SandboxSettings.of(wanted.major()));
        settings.putAll(wanted.settings());
        return settings;
    }

    /// Ends and removes what instances left behind that are gone.
    public void sweep() throws IOException {
        HeldDirectory.sweep(root, Sandboxes::endAllIn);
    }

    /// Ends and removes all of this instance's.
    @Override
    public synchronized void close() {
        if (own == null) {
            return;
        }
        try {
            endAllIn(own.path());
        } catch (IOException unreadable) {
            // What still runs there is ended by the next sweep.
        }
        own.close();
        own = null;
    }

    /// One at a time, so that nobody counts on room that another one is just promised.
    private synchronized Path freshHome(long bytes) throws IOException {
        open();
        Room.demand(root, bytes);
        Path home = Files.createDirectory(
                own.path().resolve(UUID.randomUUID().toString()),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PASSABLE)));
        Room.promise(home, bytes);
        return home;
    }

    private void open() throws IOException {
        if (own == null) {
            own = HeldDirectory.open(root, PASSABLE, Sandboxes::endAllIn);
        }
    }

    private static void endAllIn(Path directory) throws IOException {
        try (Stream<Path> homes = Files.list(directory)) {
            homes.filter(Files::isDirectory).forEach(LeftServer::end);
        }
    }

    static void remove(Path home) {
        boolean interrupted = Thread.interrupted();
        LeftServer.end(home);
        HeldDirectory.remove(home);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
