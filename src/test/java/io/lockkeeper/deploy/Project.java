package io.lockkeeper.deploy;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.lockkeeper.job.engine.WorkerConfig;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The facts of this project that its manifests repeat.
final class Project {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Project() {}

    static List<Path> yamlBelow(String directory) {
        try (Stream<Path> files = Files.walk(Path.of(directory))) {
            return files.filter(file -> file.toString().matches(".*\\.ya?ml"))
                    .sorted()
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static JsonNode tree(Path yaml) {
        try {
            return YAML.readTree(yaml.toFile());
        } catch (IOException malformed) {
            throw new UncheckedIOException(yaml + ": " + malformed.getMessage(), malformed);
        }
    }

    static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    static int httpPort() {
        return Integer.parseInt(property("quarkus.http.port"));
    }

    static String property(String name) {
        var properties = new Properties();
        try (Reader file = Files.newBufferedReader(Path.of("src/main/resources/application.properties"))) {
            properties.load(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return properties.getProperty(name);
    }

    /// What follows an instruction of the Dockerfile, where it comes first.
    static String dockerfile(String instruction) {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(instruction) + "[ =](.+)$")
                .matcher(text("docker/Dockerfile"));
        if (!line.find()) {
            throw new AssertionError("docker/Dockerfile has no " + instruction);
        }
        return line.group(1);
    }

    /// The longest that a stop takes: what running jobs are given, and ten seconds to hand back what did not
    /// end.
    static Duration longestStop() throws NoSuchMethodException {
        String grace = WorkerConfig.class
                .getMethod("grace")
                .getAnnotation(WithDefault.class)
                .value();
        return DurationConverter.parseDuration(grace).plusSeconds(10);
    }
}
