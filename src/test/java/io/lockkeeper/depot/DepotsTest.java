package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DepotsTest {
    @TempDir
    Path root;

    @Test
    void namesThoseThereAre() {
        Depots depots = configured("depots.near.directory", "/near", "depots.far.s3.bucket", "far");
        assertThat(depots.names()).containsExactly("far", "near");
        assertThat(depots.named("near").name()).isEqualTo("near");
        assertThat(refusal(depots, "other")).isEqualTo("unknown-depot: There is no depot other; there are far, near.");
        assertThat(refusal(depots, null))
                .isEqualTo("depot-not-named: Name a depot: there are far, near, and none of them is the default.");
    }

    @Test
    void prefersTheDefaultOrTheOnlyOne() {
        assertThat(configured("depots.near.directory", "/near").named(null).name())
                .isEqualTo("near");
        assertThat(configured(
                                "depots.near.directory", "/near",
                                "depots.far.s3.bucket", "far",
                                "depot.default", "far")
                        .named(null)
                        .name())
                .isEqualTo("far");
    }

    @Test
    void refusesBackupsWithoutADepot() {
        assertThat(refusal(configured(), null)).startsWith("no-depot: ").contains("lockkeeper.depots.<name>.directory");
    }

    @Test
    void makesOneForADeveloper() throws Exception {
        SmallRyeConfig config = TestDepots.config(Map.of("lockkeeper.depot.local", "true"));
        Depots depots = new Depots(
                config.getConfigMapping(DepotsConfig.class),
                config.getConfigMapping(DepotChoice.class),
                new Keys(config.getConfigMapping(KeysConfig.class)),
                root);
        depots.named(null).look();
        assertThat(depots.names()).containsExactly("default");
        assertThat(Files.isDirectory(root.resolve("depot"))).isTrue();
    }

    @Test
    void isConfiguredByVariables() {
        String key = TestDepots.Pair.generate().recipient();
        Map<String, String> variables = Map.of(
                "LOCKKEEPER_DEPOTS_MAIN_S3_ENDPOINT", "https://s3.example.com",
                "LOCKKEEPER_DEPOTS_MAIN_S3_BUCKET", "backups",
                "LOCKKEEPER_DEPOTS_MAIN_S3_PATH_STYLE", "false",
                "LOCKKEEPER_DEPOTS_MAIN_S3_ACCESS_KEY_ID", "id",
                "LOCKKEEPER_DEPOTS_MAIN_S3_SECRET_ACCESS_KEY_FILE", "/run/secret",
                "LOCKKEEPER_DEPOTS_MAIN_BYTES_PER_SECOND", "1000000",
                "LOCKKEEPER_DEPOTS_MAIN_KEY", "vault",
                "LOCKKEEPER_DEPOT_DEFAULT", "main",
                "LOCKKEEPER_KEYS_VAULT_RECIPIENT", key);
        SmallRyeConfig config =
                TestDepots.mapped(new SmallRyeConfigBuilder().withSources(new EnvConfigSource(variables, 300)));
        DepotsConfig.OneDepot main =
                config.getConfigMapping(DepotsConfig.class).named().get("main");
        assertThat(main.s3().orElseThrow().pathStyle()).contains(false);
        assertThat(main.s3().orElseThrow().secretAccessKey()).isEmpty();
        assertThat(main.s3().orElseThrow().secretAccessKeyFile()).contains(Path.of("/run/secret"));
        assertThat(main.bytesPerSecond()).contains(1_000_000L);
        assertThat(main.key()).contains("vault");
        assertThat(config.getConfigMapping(DepotChoice.class).preferred()).contains("main");
        assertThat(new Keys(config.getConfigMapping(KeysConfig.class)).ids()).containsExactly("vault");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            depots.x.directory=/a depots.x.s3.bucket=abc | lockkeeper.depots.x: give directory or s3.bucket, and not both.
            depots.x.key=k                              | lockkeeper.depots.x: give directory or s3.bucket, and not both.
            depots.x.directory=a/b                      | lockkeeper.depots.x.directory=a/b must be an absolute path.
            depots.x.directory=/a depots.x.key=k        | lockkeeper.depots.x.key names the key k, and lockkeeper.keys.k is not configured.
            depots.x.directory=/a depots.x.bytes-per-second=5 | lockkeeper.depots.x.bytes-per-second=5 must be at least 1024.
            depots.x.directory=/a depot.default=y       | lockkeeper.depot.default names the depot y, and there are x.
            depot.default=y                             | lockkeeper.depot.default names the depot y, and there is none.
            depots.X_Y.directory=/a                     | lockkeeper.depots.X_Y: a name begins with a letter and has 1 to 63 of a-z, 0-9 and -.
            depots.x.s3.endpoint=https://a              | lockkeeper.depots.x.s3.bucket is missing.
            depots.x.s3.bucket=a/b                      | lockkeeper.depots.x.s3.bucket=a/b is no name of a bucket.
            depots.x.s3.bucket=abc depots.x.s3.endpoint=ftp://a | lockkeeper.depots.x.s3.endpoint must be http:// or https:// and a host, without a user.
            depots.x.s3.bucket=abc depots.x.s3.endpoint=https://u:p@a | lockkeeper.depots.x.s3.endpoint must be http:// or https:// and a host, without a user.
            depots.x.s3.bucket=abc depots.x.s3.prefix=a/../b | lockkeeper.depots.x.s3.prefix=a/../b must be of letters, digits, . _ - and /.
            depots.x.s3.bucket=abc depots.x.s3.access-key-id=a | lockkeeper.depots.x.s3: access-key-id and its secret-access-key (or secret-access-key-file) belong together.
            depots.x.s3.bucket=abc depots.x.s3.secret-access-key=a | lockkeeper.depots.x.s3: access-key-id and its secret-access-key (or secret-access-key-file) belong together.
            keys.x.identity-file=                       | lockkeeper.keys.x: give recipient, identity or identity-file.
            """)
    void doesNotStartWithSettingsThatCannotBeMeant(String settings, String sentence) {
        String[] pairs = settings.strip().split("[= ]", -1);
        assertThatThrownBy(() -> configured(pairs))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(sentence.strip());
    }

    @Test
    void doesNotStartWithSettingsThatThereAreNot() {
        assertThatThrownBy(() -> configured("depots.x.direktory", "/a"))
                .isInstanceOf(ConfigValidationException.class)
                .hasMessageContaining("lockkeeper.depots.x.direktory");
    }

    private static Depots configured(String... pairs) {
        Map<String, String> settings = new HashMap<>();
        for (int i = 0; i + 1 < pairs.length; i += 2) {
            settings.put("lockkeeper." + pairs[i], pairs[i + 1]);
        }
        return TestDepots.configured(settings);
    }

    private static String refusal(Depots depots, String name) {
        try {
            return "named " + depots.named(name).name();
        } catch (Refused refused) {
            assertThat(refused.problem().status()).isEqualTo(422);
            return refused.problem().code() + ": " + refused.problem().detail();
        }
    }
}
