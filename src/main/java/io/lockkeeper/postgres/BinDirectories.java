package io.lockkeeper.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Where programs of PostgreSQL lie on the machines that we know.
final class BinDirectories {
    private static final Pattern VERSION = Pattern.compile("\\(PostgreSQL\\) (\\d+)");
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final Map<Asked, Integer> MAJORS = new ConcurrentHashMap<>();
    private static final List<String> SYSTEM_DIRECTORIES =
            List.of("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin");

    /// A parent of directories that are named by major version, and the way from there to the programs.
    private record Layout(String parent, String prefix) {}

    private static final List<Layout> LAYOUTS = List.of(
            new Layout("/usr/lib/postgresql", ""), // Debian, Ubuntu
            new Layout("/opt/pg", ""),
            new Layout("/usr", "pgsql-"), // Red Hat by the PGDG
            new Layout("/usr/libexec", "postgresql"), // Alpine
            new Layout("/opt/homebrew/opt", "postgresql@"),
            new Layout("/usr/local/opt", "postgresql@"),
            new Layout("/Applications/Postgres.app/Contents/Versions", ""));

    private BinDirectories() {}

    /// Every directory that may hold programs of PostgreSQL: the configured ones first, then installed
    /// versions from the newest to the oldest, then `PATH`.
    static List<Path> all(List<Path> configured) {
        List<Path> all = new ArrayList<>(configured);
        all.addAll(installed());
        all.addAll(searchPath());
        return all.stream().map(Path::toAbsolutePath).distinct().toList();
    }

    static List<Path> installed() {
        return LAYOUTS.stream()
                .flatMap(BinDirectories::versions)
                .sorted(Comparator.comparingInt(BinDirectories::numberIn).reversed())
                .map(BinDirectories::programsOf)
                .filter(Files::isDirectory)
                .toList();
    }

    /// A program of the system, from `PATH` or the usual directories.
    static Optional<Path> program(String name) {
        return Stream.concat(searchPath().stream(), SYSTEM_DIRECTORIES.stream().map(Path::of))
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// The major version that a program of PostgreSQL says it has; empty when it does not run or is something else.
    /// A program is asked once, and again when its file is another one.
    static OptionalInt majorOf(Path program) throws InterruptedException {
        if (!Files.isExecutable(program) || isDebiansWrapper(program)) {
            return OptionalInt.empty();
        }
        try {
            Asked asked = Asked.about(program);
            Integer known = MAJORS.get(asked);
            if (known != null) {
                return OptionalInt.of(known);
            }
            Matcher version = VERSION.matcher(ChildProcess.run(ChildProcess.Command.of(program, "--version"), ANSWER)
                    .text());
            if (!version.find()) {
                return OptionalInt.empty();
            }
            int major = Integer.parseInt(version.group(1));
            MAJORS.put(asked, major);
            return OptionalInt.of(major);
        } catch (IOException | TimeoutException broken) {
            return OptionalInt.empty();
        }
    }

    private record Asked(Path program, @Nullable Object file, FileTime changed, long size) {
        static Asked about(Path program) throws IOException {
            var now = Files.readAttributes(program, BasicFileAttributes.class);
            return new Asked(program, now.fileKey(), now.lastModifiedTime(), now.size());
        }
    }

    /// `/usr/bin/pg_dump` of Debian is a Perl program that runs any version, depending on clusters that are not ours.
    private static boolean isDebiansWrapper(Path program) {
        try {
            return program.toRealPath().endsWith("pg_wrapper");
        } catch (IOException unreadable) {
            return true;
        }
    }

    private static Stream<Path> versions(Layout layout) {
        String[] names = new File(layout.parent()).list();
        return names == null
                ? Stream.empty()
                : Arrays.stream(names)
                        .filter(name -> name.matches(Pattern.quote(layout.prefix()) + "\\d+"))
                        .map(name -> Path.of(layout.parent(), name));
    }

    private static int numberIn(Path version) {
        return Integer.parseInt(version.getFileName().toString().replaceAll("\\D", ""));
    }

    /// Alpine has the programs in the version's directory itself.
    private static Path programsOf(Path version) {
        Path bin = version.resolve("bin");
        return Files.isDirectory(bin) ? bin : version;
    }

    private static List<Path> searchPath() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(directory -> directory.startsWith("/"))
                .map(Path::of)
                .toList();
    }
}
