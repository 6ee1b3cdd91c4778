package io.lockkeeper.dump;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The files of a dumped directory, in memory.
final class DirectoryFiles {
    private DirectoryFiles() {}

    static Map<String, byte[]> of(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            Map<String, byte[]> all = new TreeMap<>();
            for (Path file : files.toList()) {
                all.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static DumpContent read(Map<String, byte[]> files) {
        return read(new DirectoryDump(Level.FULL), files);
    }

    static DumpContent read(DirectoryDump dump, Map<String, byte[]> files) {
        Feeding.read(dump.file(DirectoryDump.TOC), files.getOrDefault(DirectoryDump.TOC, new byte[0]), 4_096);
        files.forEach((name, bytes) -> {
            if (!name.equals(DirectoryDump.TOC)) {
                Feeding.read(dump.file(name), bytes, 4_096);
            }
        });
        return dump.complete();
    }
}
