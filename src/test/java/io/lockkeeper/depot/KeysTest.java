package io.lockkeeper.depot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.http.Refused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeysTest {
    private final TestDepots.Pair pair = TestDepots.Pair.generate();
    private final TestDepots.Pair other = TestDepots.Pair.generate();

    @TempDir
    Path folder;

    @Test
    void knowsTheRecipientOfAnIdentity() throws Exception {
        for (int i = 0; i < 20; i++) {
            TestDepots.Pair each = TestDepots.Pair.generate();
            assertThat(Age.recipientOf(each.identity())).isEqualTo(each.recipient());
        }
    }

    @Test
    void opensWithAnIdentityFromWhereverItIs() throws Exception {
        Path file = Files.writeString(
                folder.resolve("identity"),
                "# created: 2026-03-01T12:00:00Z\n# public key: " + pair.recipient() + "\n" + pair.identity() + "\n");
        Keys keys = TestDepots.keys(Map.of(
                "lockkeeper.keys.one.identity", pair.identity(),
                "lockkeeper.keys.two.identity-file", file.toString(),
                "lockkeeper.keys.two.recipient", pair.recipient()));
        assertThat(keys.ids()).containsExactly("one", "two");
        assertThat(keys.check("one", pair.recipient())).isEmpty();
        assertThat(keys.check("two", pair.recipient())).isEmpty();
        assertThat(keys.check("two", null)).isEmpty();
        keys.demand("one");
    }

    @Test
    void tellsEarlyWhichKeyIsLost() throws Exception {
        Path file = Files.writeString(folder.resolve("identity"), pair.identity());
        Keys keys = TestDepots.keys(Map.of(
                "lockkeeper.keys.gone.identity-file", file.toString(),
                "lockkeeper.keys.half.recipient", pair.recipient()));
        assertThat(keys.check("gone", pair.recipient())).isEmpty();

        Files.writeString(file, other.identity());
        assertThat(lost(keys, "gone")).contains("the key gone").contains("another key than it did");
        Files.writeString(file, "nonsense");
        assertThat(lost(keys, "gone")).contains("holds no identity").doesNotContain("nonsense");
        Files.delete(file);
        assertThat(lost(keys, "gone")).contains("cannot be read");

        assertThat(lost(keys, "half")).contains("only its recipient");
        assertThat(lost(keys, "never")).contains("it is not configured here");
        assertThat(keys.check("half", other.recipient()).orElseThrow().detail()).contains(other.recipient());
        assertThatThrownBy(() -> keys.demand("never")).isInstanceOfSatisfying(Refused.class, refused -> assertThat(
                        refused.problem().detail())
                .isEqualTo("There is no key never; there are gone, half."));
    }

    private static String lost(Keys keys, String id) {
        var problem = keys.check(id, null).orElseThrow();
        assertThat(problem.code()).isEqualTo("key-lost");
        return problem.detail();
    }

    @Test
    void refusesKeysThatCannotWork() throws Exception {
        Path open = Files.writeString(folder.resolve("open"), pair.identity());
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-rw-rw-"));
        Path two = Files.writeString(folder.resolve("two"), pair.identity() + "\n" + other.identity());
        for (Map<String, String> wrong : List.of(
                Map.of("x.recipient", other.recipient(), "x.identity", pair.identity()),
                Map.of("x.identity-file", open.toString(), "x.identity", pair.identity()),
                Map.of("x.identity-file", open.toString()),
                Map.of("x.identity-file", two.toString()),
                Map.of("x.identity-file", folder.toString()),
                Map.of("x.identity-file", folder.resolve("absent").toString()),
                Map.of("x.identity", pair.recipient()),
                Map.of("x.identity", withAnotherEnd(pair.identity())),
                Map.of("x.identity", pair.identity().substring(1)),
                Map.of("x.recipient", pair.identity()),
                Map.of("x.recipient", "age1"),
                Map.of("UPPER.recipient", pair.recipient()))) {
            Map<String, String> settings = new java.util.HashMap<>();
            wrong.forEach((name, value) -> settings.put("lockkeeper.keys." + name, value));
            assertThatThrownBy(() -> TestDepots.keys(settings))
                    .as(wrong.keySet().toString())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("lockkeeper.keys.")
                    .hasMessageEndingWith(".")
                    .message()
                    .doesNotContain(pair.identity().substring(20));
        }
    }

    @Test
    void printsNoSecret() {
        Key key = TestDepots.keys(Map.of("lockkeeper.keys.x.identity", pair.identity()))
                .forSealing("x");
        assertThat(key.toString()).isEqualTo("key x");
    }

    private static String withAnotherEnd(String identity) {
        return identity.substring(0, identity.length() - 1) + (identity.endsWith("Q") ? "P" : "Q");
    }
}
