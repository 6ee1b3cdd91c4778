package io.lockkeeper.depot;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;

/// From settings to a depot. What is wrong with them ends the start, with one sentence.
final class ConfiguredDepot {
    private static final Duration SILENCE = Duration.ofSeconds(30);
    private static final Pattern BUCKET = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]");
    private static final Pattern PREFIX =
            Pattern.compile("(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?");

    private final String property;
    private final String name;
    private final DepotsConfig.OneDepot config;
    private final Keys keys;
    private final Patience patience;

    private ConfiguredDepot(String name, DepotsConfig.OneDepot config, Keys keys, Patience patience) {
        this.property = "lockkeeper.depots." + Names.configured("lockkeeper.depots", name);
        this.name = name;
        this.config = config;
        this.keys = keys;
        this.patience = patience;
    }

    static Depot of(String name, DepotsConfig.OneDepot config, Keys keys, Patience patience) {
        return new ConfiguredDepot(name, config, keys, patience).depot();
    }

    private Depot depot() {
        if (config.directory().isPresent() == config.s3().isPresent()) {
            throw wrong(": give directory or s3.bucket, and not both.");
        }
        config.key().filter(id -> keys.find(id).isEmpty()).ifPresent(id -> {
            throw wrong(".key names the key " + id + ", and lockkeeper.keys." + id + " is not configured.");
        });
        config.bytesPerSecond().filter(rate -> rate < Throttle.SLOWEST).ifPresent(rate -> {
            throw wrong(".bytes-per-second=" + rate + " must be at least " + Throttle.SLOWEST + ".");
        });
        return new Depot(name, shelf(), keys, config.key().orElse(null), config.bytesPerSecond());
    }

    private Shelf shelf() {
        return config.directory()
                .map(this::directory)
                .orElseGet(() -> s3(config.s3().orElseThrow()));
    }

    private Shelf directory(Path directory) {
        if (!directory.isAbsolute()) {
            throw wrong(".directory=" + directory + " must be an absolute path.");
        }
        return new DirectoryShelf(name, directory.normalize());
    }

    private Shelf s3(DepotsConfig.S3 s3) {
        String bucket = s3.bucket().orElseThrow(() -> wrong(".s3.bucket is missing."));
        if (!BUCKET.matcher(bucket).matches()) {
            throw wrong(".s3.bucket=" + bucket + " is no name of a bucket.");
        }
        S3Connection connection = new S3Connection(
                s3.endpoint().map(this::endpoint).orElse(null),
                s3.region().orElse("us-east-1"),
                s3.pathStyle().orElse(s3.endpoint().isPresent()),
                credentials(s3),
                s3.timeout().orElse(SILENCE));
        S3Calls calls = new S3Calls(bucket, new S3Failures(name), patience, connection::open);
        return new S3Shelf(calls, s3.prefix().map(this::prefix).orElse(""));
    }

    private URI endpoint(String text) {
        try {
            URI uri = new URI(text);
            if (List.of("http", "https").contains(uri.getScheme())
                    && uri.getHost() != null
                    && uri.getUserInfo() == null) {
                return uri;
            }
        } catch (URISyntaxException malformed) {
            throw wrong(".s3.endpoint is not a URL.");
        }
        throw wrong(".s3.endpoint must be http:// or https:// and a host, without a user.");
    }

    private String prefix(String text) {
        String bare = text.replaceAll("^/+|/+$", "");
        if (!PREFIX.matcher(bare).matches()) {
            throw wrong(".s3.prefix=" + text + " must be of letters, digits, . _ - and /.");
        }
        return bare.isEmpty() ? "" : bare + "/";
    }

    private S3Credentials credentials(DepotsConfig.S3 s3) {
        boolean secret =
                s3.secretAccessKey().isPresent() || s3.secretAccessKeyFile().isPresent();
        if (s3.accessKeyId().isPresent() != secret) {
            throw wrong(".s3: access-key-id and its secret-access-key (or secret-access-key-file) belong together.");
        }
        if (s3.secretAccessKey().isPresent() && s3.secretAccessKeyFile().isPresent()) {
            throw wrong(".s3: give secret-access-key or secret-access-key-file, not both.");
        }
        if (!secret) {
            return new S3Credentials(DefaultCredentialsProvider.builder().build());
        }
        String id = s3.accessKeyId().orElseThrow();
        return s3.secretAccessKeyFile()
                .map(file -> S3Credentials.of(id, file))
                .orElseGet(() -> S3Credentials.of(id, s3.secretAccessKey().orElseThrow()));
    }

    private IllegalStateException wrong(String sentence) {
        return new IllegalStateException(property + sentence);
    }
}
