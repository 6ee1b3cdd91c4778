package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every nasty database, dumped and restored by every version, gives an equal fingerprint.
class RestoredFingerprintTest {
    @RegisterExtension
    static final Fingerprints FINGERPRINTS = new Fingerprints();

    @ParameterizedTest
    @MethodSource("io.lockkeeper.dump.FormatsTest#nastyOnEveryVersion")
    void isTheSame(int major, String name) {
        try (var database = DumpedDatabase.nasty(major, name)) {
            byte[] dump = database.custom();
            Fingerprint expected = FINGERPRINTS.of(database, dump);
            try (var copy = database.restored(dump)) {
                Fingerprint found = FINGERPRINTS.against(expected, copy);

                assertThat(Comparison.of(expected, found).differences()).isEmpty();
                assertThat(found).isEqualTo(expected);
                assertThat(found.digest()).isEqualTo(expected.digest());
                assertThat(Fingerprint.parse(expected.json())).isEqualTo(expected);
                assertThat(Fingerprint.parse(expected.json()).digest()).isEqualTo(expected.digest());
            }
        }
    }
}
