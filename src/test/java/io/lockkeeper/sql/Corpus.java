package io.lockkeeper.sql;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Data of others to measure ourselves by, which are not part of the project: `-Dlockkeeper.corpus=<directory>`.
final class Corpus {
    private static final Path DIRECTORY = Path.of(System.getProperty("lockkeeper.corpus", "../shared/data"));

    private Corpus() {}

    static boolean isHere(String name) {
        return Files.isReadable(DIRECTORY.resolve(name));
    }

    /// The JSON objects of a file; the test is skipped where there is none.
    static List<JsonNode> lines(String name) throws IOException {
        Path file = DIRECTORY.resolve(name);
        assumeTrue(Files.isReadable(file), () -> file + " is not here");
        ObjectMapper json = new ObjectMapper();
        List<JsonNode> lines = new ArrayList<>();
        for (String each : Files.readAllLines(file)) {
            lines.add(json.readTree(each));
        }
        return lines;
    }
}
