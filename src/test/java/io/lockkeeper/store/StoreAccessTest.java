package io.lockkeeper.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.pgclient.PgConnectOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

class StoreAccessTest {
    private static final String HOSTILE = "p@ss:w/rd?#%${user.home}\\$ '\"é&=+,;";
    private static final String HOSTILE_ENCODED =
            "p%40ss%3Aw%2Frd%3F%23%25%24%7Buser.home%7D%5C%24%20%27%22%C3%A9%26%3D%2B%2C%3B";

    @TempDir
    Path directory;

    private final Map<String, String> environment = new HashMap<>();

    @Test
    void readsEveryPartOfAUrl() {
        StoreAddress store = serving("postgresql://keeper:secret@db.internal:6432/locks?sslmode=require");
        assertThat(store.host()).isEqualTo("db.internal");
        assertThat(store.port()).isEqualTo(6432);
        assertThat(store.database()).isEqualTo("locks");
        assertThat(store.username()).isEqualTo("keeper");
        assertThat(store.password()).contains("secret");
        assertThat(store.tls()).isEqualTo(TlsMode.REQUIRE);
    }

    @Test
    void hasTheDefaultsOfLibpq() {
        StoreAddress store = serving("postgres://keeper@store_db/locks");
        assertThat(store.host()).isEqualTo("store_db");
        assertThat(store.port()).isEqualTo(5432);
        assertThat(store.password()).isEmpty();
        assertThat(store.tls()).isEqualTo(TlsMode.PREFER);
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://k:s@[::1]:5433/d, ::1, 5433",
        "postgresql://k:s@[2001:db8::7]/d, 2001:db8::7, 5432",
        "postgresql://k:s@10.0.0.7:1/d, 10.0.0.7, 1",
    })
    void bothClientsUnderstandTheHost(String url, String host, int port) {
        StoreAddress store = serving(url);
        assertThat(store.host()).isEqualTo(host);
        PgConnectOptions reactive = PgConnectOptions.fromUri(store.reactiveUrl());
        assertThat(reactive.getHost()).isEqualTo(host);
        assertThat(reactive.getPort()).isEqualTo(port);
        Properties jdbc = Driver.parseURL(store.jdbcUrl(), null);
        assertThat(jdbc.getProperty("PGHOST").replaceAll("[\\[\\]]", "")).isEqualTo(host);
        assertThat(jdbc.getProperty("PGPORT")).isEqualTo("" + port);
    }

    @Test
    void hostileNamesAndPasswordsArriveUnchangedInBothClients() {
        environment.put(
                "LOCKKEEPER_STORE_URL",
                "postgresql://" + HOSTILE_ENCODED + ":" + HOSTILE_ENCODED + "@h/" + HOSTILE_ENCODED);
        StoreAccess access = access();
        assertThat(access.serving().database()).isEqualTo(HOSTILE);

        SmallRyeConfig config = asQuarkusReads(access.configuration());
        for (String property : List.of("username", "password", "owner.username", "owner.password")) {
            assertThat(config.getRawValue("quarkus.datasource." + property)).isEqualTo(HOSTILE);
        }
        String url = config.getValues("quarkus.datasource.reactive.url", String.class)
                .getFirst();
        assertThat(PgConnectOptions.fromUri(url).getDatabase()).isEqualTo(HOSTILE);
        Properties jdbc = Driver.parseURL(config.getRawValue("quarkus.datasource.owner.jdbc.url"), null);
        assertThat(jdbc.getProperty("PGDBNAME")).isEqualTo(HOSTILE);
        assertThat(StoreUrl.parse("IT", access.serving().url()).password()).contains(HOSTILE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mysql://keeper:TOPSECRET@h/d | is not of the form postgresql://",
                "jdbc:postgresql://keeper:TOPSECRET@h/d | is not of the form postgresql://",
                "keeper:TOPSECRET@h/d | is not of the form postgresql://",
                "postgresql://keeper:TOPSECRET@h/d#x | is not of the form postgresql://",
                "postgresql://keeper:TOPSECRET@/d | names no host",
                "postgresql://keeper:TOPSECRET@h | names no database",
                "postgresql://keeper:TOPSECRET@h/ | names no database",
                "postgresql://keeper:TOPSECRET@h1:1,h2:2/d | names several hosts",
                "postgresql://keeper:TOPSECRET@%2Fvar%2Frun/d | names a Unix socket",
                "postgresql://keeper:TOP/SECRET@h/d | percent-encoded",
                "postgresql://keeper:TOP?SECRET@h/d | percent-encoded",
                "postgresql://keeper:TOP#SECRET@h/d | percent-encoded",
                "postgresql://keeper:TOPSECRET@h:0/d | a port that is not between 1 and 65535",
                "postgresql://keeper:TOPSECRET@h:65536/d | a port that is not between 1 and 65535",
                "postgresql://keeper:TOPSECRET@h:x/d | has no valid host and port",
                "postgresql://keeper:TOPSECRET@[::1/d | has no valid host and port",
                "postgresql://keeper:TOPSECRET@h h/d | has no valid host and port",
                "postgresql://keeper:TOPSECRET%zz@h/d | has a % in its password that is not followed",
                "postgresql://keeper:TOPSECRET%4@h/d | has a % in its password that is not followed",
                "postgresql://keeper:TOPSECRET%ff@h/d | has a password that is not valid UTF-8",
                "postgresql://keeper:TOPSECRET%00@h/d | has a control character in its password",
                "postgresql://keeper:TOPSECRET%0a@h/d | has a control character in its password",
                "postgresql://:TOPSECRET@h/d | has no user name",
                "postgresql://keeper:TOPSECRET@h/d?sslmode=on | has an unknown sslmode",
                "postgresql://keeper:TOPSECRET@h/d?sslmode=require&sslmode=disable | has the parameter sslmode twice",
                "postgresql://keeper:TOPSECRET@h/d?options=-c%20x | has a parameter other than sslmode and sslrootcert",
                "postgresql://keeper:TOPSECRET@h/d?password=TOPSECRET | has a parameter other than",
                "postgresql://keeper:TOPSECRET@h/d?sslmode=verify-full | but no sslrootcert",
                "postgresql://keeper:TOPSECRET@h/d?sslmode=verify-full&sslrootcert=/no/such.pem | cannot be read",
            })
    void refusesInOneSentenceThatHoldsNoSecret(String url, String sentence) {
        assertThatThrownBy(() -> serving(url))
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("LOCKKEEPER_STORE_URL")
                .hasMessageContaining(sentence)
                .satisfies(refused -> assertThat(refused.getMessage())
                        .doesNotContain("TOP", "SECRET")
                        .doesNotContain("\n")
                        .endsWith("."));
    }

    @Test
    void takesNameAndPasswordFromBesideTheUrl() throws IOException {
        Path file = Files.writeString(directory.resolve("password"), "from a file\n");
        environment.put("LOCKKEEPER_STORE_URL", "postgresql://h/d");
        environment.put("LOCKKEEPER_STORE_USERNAME", "keeper");
        environment.put("LOCKKEEPER_STORE_PASSWORD_FILE", file.toString());
        assertThat(access().serving().username()).isEqualTo("keeper");
        assertThat(access().serving().password()).contains("from a file");
        assertThat(access().owner()).isEqualTo(access().serving());
    }

    @Test
    void takesTheOwnersOwnUrlOrOnlyItsName() {
        environment.put("LOCKKEEPER_STORE_URL", "postgresql://keeper:s@h/d?sslmode=require");
        environment.put("LOCKKEEPER_STORE_OWNER_USERNAME", "owner");
        environment.put("LOCKKEEPER_STORE_OWNER_PASSWORD", "o");
        StoreAddress owner = access().owner();
        assertThat(owner.username()).isEqualTo("owner");
        assertThat(owner.password()).contains("o");
        assertThat(owner.host()).isEqualTo("h");
        assertThat(owner.tls()).isEqualTo(TlsMode.REQUIRE);

        environment.clear();
        environment.put("LOCKKEEPER_STORE_URL", "postgresql://keeper:s@pooler/d");
        environment.put("LOCKKEEPER_STORE_OWNER_URL", "postgresql://owner:o@direct/d");
        assertThat(access().owner().host()).isEqualTo("direct");
        assertThat(access().configuration()).containsEntry("quarkus.flyway.owner.placeholders.serving_role", "keeper");
    }

    @ParameterizedTest
    @ValueSource(strings = {"LOCKKEEPER_STORE_USERNAME", "LOCKKEEPER_STORE_PASSWORD", "LOCKKEEPER_STORE_PASSWORD_FILE"})
    void refusesWhatIsGivenTwice(String variable) throws IOException {
        environment.put("LOCKKEEPER_STORE_URL", "postgresql://keeper:TOPSECRET@h/d");
        environment.put(
                variable, Files.writeString(directory.resolve("x"), "TOPSECRET").toString());
        assertThatThrownBy(this::access)
                .isInstanceOf(StartRefused.class)
                .hasMessageContaining("given twice")
                .hasMessageContaining(variable)
                .hasMessageNotContaining("TOPSECRET");
    }

    @Test
    void refusesAPasswordFileThatIsNotThere() {
        environment.put("LOCKKEEPER_STORE_URL", "postgresql://keeper@h/d");
        environment.put(
                "LOCKKEEPER_STORE_PASSWORD_FILE", directory.resolve("missing").toString());
        assertThatThrownBy(this::access).isInstanceOf(StartRefused.class).hasMessageContaining("cannot be read");
    }

    @Test
    void neverShowsThePassword() {
        StoreAddress store = serving("postgresql://keeper:TOPSECRET@h/d");
        assertThat(store.toString()).isEqualTo("keeper@h:5432/d");
        assertThat(new StoreAccess(store, store).toString()).doesNotContain("TOPSECRET");
        assertThat(StoreUrl.parse("IT", store.url()).toString()).doesNotContain("TOPSECRET");
    }

    @Test
    void isNothingWithoutAUrl() {
        assertThat(StoreAccess.from(environment::get)).isEmpty();
        environment.put("LOCKKEEPER_STORE_URL", " ");
        assertThat(StoreAccess.from(environment::get)).isEmpty();
    }

    private StoreAddress serving(String url) {
        environment.put("LOCKKEEPER_STORE_URL", url);
        return access().serving();
    }

    private StoreAccess access() {
        return StoreAccess.from(environment::get).orElseThrow();
    }

    private static SmallRyeConfig asQuarkusReads(Map<String, String> configuration) {
        return new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withSources(new PropertiesConfigSource(configuration, "store", 275))
                .build();
    }
}
