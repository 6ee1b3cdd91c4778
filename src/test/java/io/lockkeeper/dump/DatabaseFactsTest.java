package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockkeeper.dump.DatabaseProperties.Setting;
import io.lockkeeper.dump.TableFacts.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseFactsTest {
    @RegisterExtension
    static final Fingerprints FINGERPRINTS = new Fingerprints();

    @ParameterizedTest
    @ValueSource(ints = {15, 17, 18})
    void knowTheDatabase(int major) {
        try (var database = DumpedDatabase.nasty(major, "objects")) {
            String name = database.address().database();
            database.sql(
                    "ALTER DATABASE " + name + " SET search_path = app, \"$user\"",
                    "ALTER ROLE dump_reader IN DATABASE " + name + " SET statement_timeout = '5s'",
                    "GRANT CREATE ON DATABASE " + name + " TO \"dump \"\"owner\" WITH GRANT OPTION");

            DatabaseProperties properties = FINGERPRINTS.facts(database).properties();

            assertThat(properties.major()).isEqualTo(major);
            assertThat(properties.encoding()).isEqualTo("UTF8");
            assertThat(properties.localeProvider()).isEqualTo(major == 15 ? "libc" : "builtin");
            assertThat(properties.locale()).isEqualTo(major == 15 ? null : "C.UTF-8");
            assertThat(properties.settings())
                    .containsExactly(
                            new Setting(null, "search_path", "app, \"$user\""),
                            new Setting("dump_reader", "statement_timeout", "5s"));
            assertThat(properties.acl())
                    .contains("PUBLIC: CONNECT, TEMPORARY", "\"dump \"\"owner\": CREATE WITH GRANT OPTION");
            assertThat(properties.extensions())
                    .containsExactly(new DatabaseProperties.Extension("plpgsql", "pg_catalog", "1.0"));
            assertThat(properties.roles()).contains("dump_reader", "dump \"owner");
            assertThat(properties.tablespaces()).isEmpty();
        }
    }

    @Test
    void knowTablesPartitionsAndSizes() {
        try (var database = DumpedDatabase.nasty(17, "partitions")) {
            database.sql("CREATE MATERIALIZED VIEW none AS SELECT 1 WITH NO DATA", "ANALYZE");
            DatabaseFacts facts = FINGERPRINTS.facts(database);

            assertThat(table(facts, "ranged").kind()).isEqualTo(Kind.PARTITIONED);
            assertThat(table(facts, "ranged").columns()).containsExactly("id", "at", "what");
            assertThat(table(facts, "ranged").root()).isNull();
            assertThat(table(facts, "ranged_2024_a").root()).isEqualTo(new TableName("public", "ranged"));
            assertThat(table(facts, "ranged_2023").bytes()).isPositive();
            assertThat(table(facts, "child").root())
                    .as("inheriting is not being a part")
                    .isNull();
            assertThat(table(facts, "none").filled()).isFalse();
            assertThat(facts.columnOrders().of(new TableName("public", "by_enum_2"), List.of("n", "s")))
                    .containsExactly("s", "n");
        }
    }

    /// Not every role may read tables' rows; all may read the catalogue.
    @ParameterizedTest
    @ValueSource(ints = {15, 18})
    void areThereForEveryRole(int major) {
        try (var database = DumpedDatabase.nasty(major, "objects")) {
            DatabaseFacts ours = FINGERPRINTS.facts(database);

            assertThat(FINGERPRINTS.factsAs("dump_reader", database)).isEqualTo(ours);
        }
    }

    private static TableFacts table(DatabaseFacts facts, String name) {
        return facts.tables().stream()
                .filter(each -> each.table().name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
