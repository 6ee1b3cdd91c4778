package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.TestServers;
import io.lockkeeper.postgres.PostgresBinaries;
import io.lockkeeper.postgres.Secret;
import io.lockkeeper.postgres.ServerAddress;
import io.lockkeeper.postgres.Tls;
import io.lockkeeper.store.StoreAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A fresh database on a server of one version, and the real `pg_dump`, `pg_restore` and `psql` of one
/// version.
public record DumpedDatabase(StoreAddress address, Path programs) implements AutoCloseable {
    private static final Path RESOURCES = Path.of("src/test/resources/nasty");

    /// All that are nasty, each for another reason.
    static List<String> nasty() {
        try (Stream<Path> files = Files.list(RESOURCES)) {
            return files.map(file -> file.getFileName().toString().replace(".sql", ""))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// One that is there already, with the programs of its server's version.
    public static DumpedDatabase at(int major, StoreAddress address) {
        return new DumpedDatabase(address, programsOf(major));
    }

    static DumpedDatabase fresh(int major) {
        return new DumpedDatabase(TestServers.server(major).emptyDatabase(), programsOf(major));
    }

    static DumpedDatabase encoded(int major, String encoding) {
        TestServers.Server server = TestServers.server(major);
        String name = "encoded_" + UUID.randomUUID().toString().replace("-", "");
        TestServers.execute(
                server.address("postgres"),
                "CREATE DATABASE " + name + " TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING " + encoding);
        return new DumpedDatabase(server.address(name), programsOf(major));
    }

    public static DumpedDatabase nasty(int major, String name) {
        DumpedDatabase database = fresh(major);
        database.run(
                "psql",
                null,
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-f",
                RESOURCES.resolve(name + ".sql").toString());
        return database;
    }

    /// As a newer pg_dump sees it.
    DumpedDatabase by(int major) {
        return new DumpedDatabase(address, programsOf(major));
    }

    DumpedDatabase sql(String... statements) {
        TestServers.execute(address, statements);
        return this;
    }

    byte[] custom(String... more) {
        return run("pg_dump", null, with(more, "--format=custom", "--compress=0"));
    }

    /// Written to a file that pg_dump opens, or that it finds open.
    byte[] customIn(Path file, boolean opensIt) throws IOException {
        String[] format = {"--format=custom", "--compress=0"};
        if (opensIt) {
            run("pg_dump", null, with(new String[] {"--file=" + file}, format));
        } else {
            run("pg_dump", null, file, format);
        }
        return Files.readAllBytes(file);
    }

    byte[] plain(String... more) {
        return run("pg_dump", null, with(more, "--format=plain"));
    }

    Path directory(Path to, String... more) {
        run("pg_dump", null, with(more, "--format=directory", "--compress=0", "--jobs=2", "--file=" + to));
        return to;
    }

    /// A fresh database of the same server, filled from a custom archive.
    DumpedDatabase restored(byte[] archive) {
        DumpedDatabase copy = fresh(majorOf(programs));
        restoreInto(copy, archive);
        return copy;
    }

    void restoreInto(DumpedDatabase copy, byte[] archive) {
        copy.run("pg_restore", archive, "--exit-on-error", "--dbname=" + copy.address.database());
    }

    DumpContent content(Level level) {
        return Feeding.read(new CustomArchive(level), custom(), 1 << 16);
    }

    ServerAddress server() {
        return new ServerAddress(
                address.host(),
                address.port(),
                address.database(),
                address.username(),
                new Secret(address.password().orElseThrow()),
                Tls.DISABLED,
                "lockkeeper/test");
    }

    @Override
    public void close() {
        TestServers.execute(
                StoreAddress.local(
                        address.host(),
                        address.port(),
                        "postgres",
                        address.username(),
                        address.password().orElseThrow()),
                "DROP DATABASE IF EXISTS \"" + address.database() + "\" WITH (FORCE)");
    }

    private byte[] run(String program, byte[] input, String... arguments) {
        return run(program, input, null, arguments);
    }

    private byte[] run(String program, byte[] input, Path output, String... arguments) {
        try {
            Path said = Files.createTempFile("lockkeeper", ".err");
            List<String> command =
                    new ArrayList<>(List.of(programs.resolve(program).toString()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(said.toFile());
            builder.environment()
                    .putAll(Map.of(
                            "PGHOST",
                            address.host(),
                            "PGPORT",
                            "" + address.port(),
                            "PGUSER",
                            address.username(),
                            "PGPASSWORD",
                            address.password().orElseThrow(),
                            "PGDATABASE",
                            address.database(),
                            "PGTZ",
                            "UTC",
                            "PGOPTIONS",
                            "-c bytea_output=hex"));
            if (output != null) {
                builder.redirectOutput(output.toFile());
            }
            Process process = builder.start();
            Thread writer = Thread.ofVirtual().start(() -> give(process, input));
            byte[] wrote = process.getInputStream().readAllBytes();
            writer.join();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue())
                    .as("%s: %s", command, Files.readString(said))
                    .isZero();
            Files.delete(said);
            return wrote;
        } catch (IOException | InterruptedException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void give(Process process, byte[] input) {
        try (var stdin = process.getOutputStream()) {
            if (input != null) {
                stdin.write(input);
            }
        } catch (IOException closed) {
            // its exit code tells the story
        }
    }

    private static Path programsOf(int major) {
        try {
            Path cache = Path.of(System.getProperty("java.io.tmpdir"), "lockkeeper-no-cache");
            return PostgresBinaries.ofMajor(major, Optional.empty(), cache)
                    .orElseThrow()
                    .directory();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int majorOf(Path programs) {
        return Integer.parseInt(programs.getParent().getFileName().toString());
    }

    private static String[] with(String[] more, String... first) {
        return Stream.concat(Arrays.stream(first), Arrays.stream(more)).toArray(String[]::new);
    }
}
