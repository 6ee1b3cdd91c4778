package io.lockkeeper.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientToolsTest {
    private static final List<String> DUMP = List.of("pg_dump", "pg_restore");

    @TempDir
    Path machine;

    @Test
    void takesTheClosestVersionThatHasAllPrograms() throws Exception {
        Path tooOld = tools("a", 94, "pg_dump", "pg_restore");
        Path incomplete = tools("b", 95, "pg_dump");
        Path newest = tools("c", 98, "pg_dump", "pg_restore");
        Path closest = tools("d", 97, "pg_dump", "pg_restore");
        ClientTools found = ClientTools.forServer(95, DUMP, List.of(tooOld, incomplete, newest, closest));
        assertThat(found).isEqualTo(new ClientTools(97, closest));
        assertThat(found.program("pg_dump")).isEqualTo(closest.resolve("pg_dump"));
    }

    @Test
    void leavesOutADirectoryOfMixedVersions() throws Exception {
        Path mixed = tools("a", 99, "pg_dump");
        program(mixed.resolve("pg_restore"), "echo 'pg_restore (PostgreSQL) 98.1'");
        Path whole = tools("b", 97, "pg_dump", "pg_restore");
        assertThat(ClientTools.forServer(97, DUMP, List.of(mixed, whole)).major())
                .isEqualTo(97);
    }

    @Test
    void leavesOutProgramsThatAreBrokenOrSomethingElse() throws Exception {
        Path broken = Files.createDirectory(machine.resolve("broken"));
        program(broken.resolve("pg_dump"), "exit 127");
        program(broken.resolve("pg_restore"), "echo something else");
        Path whole = tools("b", 97, "pg_dump", "pg_restore");
        assertThat(ClientTools.forServer(96, DUMP, List.of(broken, whole)).directory())
                .isEqualTo(whole);
    }

    @Test
    void saysWhatToInstallWhenAllAreTooOld() throws Exception {
        Path old = tools("a", 97, "pg_dump", "pg_restore");
        assertThatThrownBy(() -> ClientTools.forServer(98, DUMP, List.of(old)))
                .isInstanceOf(ClientTools.Missing.class)
                .hasMessageContaining("A PostgreSQL 98 server needs pg_dump, pg_restore of version 98 or newer")
                .hasMessageContaining("version 97 in " + old)
                .hasMessageContaining("postgresql-client-98");
    }

    @Test
    void saysThatNoneWasFound() {
        assertThatThrownBy(() -> ClientTools.forServer(15, List.of("pg_no_such_tool"), List.of()))
                .hasMessageContaining("none was found");
    }

    private Path tools(String directory, int major, String... programs) throws IOException {
        Path bin = Files.createDirectory(machine.resolve(directory));
        for (String program : programs) {
            program(bin.resolve(program), "echo '" + program + " (PostgreSQL) " + major + ".1 (Debian)'");
        }
        return bin;
    }

    private static void program(Path file, String script) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
