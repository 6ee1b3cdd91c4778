package io.lockkeeper.depot;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/// Depots and keys as an operator would configure them, for tests of this package and of others.
public final class TestDepots {
    private TestDepots() {}

    /// A key pair of its own for every call.
    public record Pair(String recipient, String identity) {
        public static Pair generate() {
            try {
                KeyPair pair = new X25519KeyPairGenerator().generateKeyPair();
                return new Pair(
                        new String(pair.getPublic().getEncoded(), StandardCharsets.US_ASCII),
                        new String(pair.getPrivate().getEncoded(), StandardCharsets.US_ASCII));
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }

    /// One directory depot, `main`, without a key.
    public static Depots directory(Path directory) {
        return configured(Map.of("lockkeeper.depots.main.directory", directory.toString()));
    }

    /// One directory depot, `main`, which seals with the key `vault`.
    public static Depots sealed(Path directory, Pair pair) {
        return configured(Map.of(
                "lockkeeper.depots.main.directory", directory.toString(),
                "lockkeeper.depots.main.key", "vault",
                "lockkeeper.keys.vault.identity", pair.identity()));
    }

    public static Depots configured(Map<String, String> settings) {
        SmallRyeConfig config = config(settings);
        return new Depots(
                config.getConfigMapping(DepotsConfig.class),
                config.getConfigMapping(DepotChoice.class),
                new Keys(config.getConfigMapping(KeysConfig.class)),
                Path.of("target/no-home"));
    }

    public static Keys keys(Map<String, String> settings) {
        return new Keys(config(settings).getConfigMapping(KeysConfig.class));
    }

    static SmallRyeConfig config(Map<String, String> settings) {
        return mapped(new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(new HashMap<>(settings), "test", 100)));
    }

    static SmallRyeConfig mapped(SmallRyeConfigBuilder builder) {
        return builder.addDiscoveredConverters()
                .withMapping(DepotsConfig.class)
                .withMapping(DepotChoice.class)
                .withMapping(KeysConfig.class)
                .build();
    }

    /// Like a dump of a table: compresses to about a quarter.
    static byte[] text(int length, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(length + 200);
        for (int row = 0; text.length() < length; row++) {
            text.append(row)
                    .append("\tcustomer ")
                    .append(random.nextInt(100_000))
                    .append("\t2026-03-")
                    .append(1 + random.nextInt(28))
                    .append(" 12:00:00+00\t{\"state\": \"paid\", \"amount\": ")
                    .append(random.nextInt(1_000_000))
                    .append("}\n");
        }
        return text.substring(0, length).getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] noise(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
