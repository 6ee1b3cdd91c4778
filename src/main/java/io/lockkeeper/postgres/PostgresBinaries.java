package io.lockkeeper.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// The programs of one PostgreSQL server: `initdb`, `pg_ctl`, `postgres`.
public record PostgresBinaries(Path directory, int major) {
    /// The oldest server that our own schema is tested on.
    public static final int OLDEST = 14;

    /// The newest server of this machine (the configured directory first), else the one that comes with the
    /// application, unpacked below `cache`.
    public static PostgresBinaries find(Optional<Path> configured, Path cache) throws InterruptedException {
        return among(configured.stream().toList(), OptionalInt.empty())
                .or(() -> bundled(cache))
                .orElseThrow(
                        () -> new PostgresServer.Failure(
                                "No PostgreSQL server was found on this machine (initdb, pg_ctl and postgres, version "
                                        + OLDEST
                                        + " or newer) and none comes with the application for this platform. Install one, for example"
                                        + " the package postgresql, or set LOCKKEEPER_POSTGRES_BIN to the directory of its programs."));
    }

    /// A server of exactly this major version: that is what a data directory of that version needs.
    public static Optional<PostgresBinaries> ofMajor(int major, Optional<Path> configured, Path cache)
            throws InterruptedException {
        return among(configured.stream().toList(), OptionalInt.of(major))
                .or(() -> bundled(cache).filter(bundled -> bundled.major() == major));
    }

    /// For whoever does not get a server of this version.
    static String whatToInstall(int major) {
        return "A PostgreSQL " + major + " server is not on this machine (initdb, pg_ctl and postgres of version "
                + major
                + "): install it, for example the package postgresql-" + major
                + ", or set LOCKKEEPER_POSTGRES_BIN to the directory of its programs.";
    }

    private static Optional<PostgresBinaries> among(List<Path> configured, OptionalInt wanted)
            throws InterruptedException {
        for (Path directory : BinDirectories.all(configured)) {
            OptionalInt major = BinDirectories.majorOf(directory.resolve("postgres"));
            boolean complete = major.isPresent()
                    && BinDirectories.majorOf(directory.resolve("initdb")).equals(major)
                    && BinDirectories.majorOf(directory.resolve("pg_ctl")).equals(major);
            if (complete && (wanted.isPresent() ? major.equals(wanted) : major.getAsInt() >= OLDEST)) {
                return Optional.of(new PostgresBinaries(directory, major.getAsInt()));
            }
        }
        return Optional.empty();
    }

    private static Optional<PostgresBinaries> bundled(Path cache) {
        try {
            Optional<Path> bin = BundledPostgres.unpack(cache);
            OptionalInt major =
                    bin.isPresent() ? BinDirectories.majorOf(bin.get().resolve("postgres")) : OptionalInt.empty();
            return major.isPresent()
                    ? Optional.of(new PostgresBinaries(bin.get(), major.getAsInt()))
                    : Optional.empty();
        } catch (IOException broken) {
            throw new PostgresServer.Failure(
                    "The PostgreSQL server that comes with the application could not be unpacked to " + cache + ": "
                            + broken.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    Path program(String name) {
        return directory.resolve(name);
    }
}
