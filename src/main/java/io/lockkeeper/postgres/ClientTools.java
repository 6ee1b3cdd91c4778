package io.lockkeeper.postgres;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// `pg_dump` and its kin of one version, found on this machine.
public record ClientTools(int major, Path directory) {

    /// There is no set of tools that fits; the message says what to install.
    public static final class Missing extends RuntimeException {
        Missing(String sentence) {
            super(sentence, null, false, false);
        }
    }

    /// The oldest tools that can work on a server of this version: client tools know older servers, never
    /// newer ones, and what they write for a restore may ask for what an older server does not know. A
    /// directory counts when it has all of `programs`, in one version.
    public static ClientTools forServer(int serverMajor, List<String> programs, List<Path> configured)
            throws InterruptedException {
        ClientTools closest = null;
        ClientTools newest = null;
        for (Path directory : BinDirectories.all(configured)) {
            ClientTools found = in(directory, programs).orElse(null);
            if (found == null) {
                continue;
            }
            newest = newest == null || found.major > newest.major ? found : newest;
            boolean fits = found.major >= serverMajor;
            closest = fits && (closest == null || found.major < closest.major) ? found : closest;
        }
        if (closest == null) {
            throw new Missing(whatToInstall(serverMajor, programs, newest));
        }
        return closest;
    }

    /// A program that is not PostgreSQL's own: from `PATH`, or the usual directories.
    public static Optional<Path> ofTheSystem(String name) {
        return BinDirectories.program(name);
    }

    public Path program(String name) {
        return directory.resolve(name);
    }

    private static Optional<ClientTools> in(Path directory, List<String> programs) throws InterruptedException {
        OptionalInt major = BinDirectories.majorOf(directory.resolve(programs.getFirst()));
        for (String program : programs) {
            if (!BinDirectories.majorOf(directory.resolve(program)).equals(major)) {
                return Optional.empty();
            }
        }
        return major.isPresent() ? Optional.of(new ClientTools(major.getAsInt(), directory)) : Optional.empty();
    }

    private static String whatToInstall(int serverMajor, List<String> programs, ClientTools newest) {
        String found = newest == null
                ? "none was found"
                : "the newest found is version " + newest.major + " in " + newest.directory;
        return "A PostgreSQL " + serverMajor + " server needs " + String.join(", ", programs) + " of version "
                + serverMajor
                + " or newer; " + found + ". Install the package postgresql-client-" + serverMajor
                + " or name the directory of the programs in lockkeeper.client-tools.directories.";
    }
}
