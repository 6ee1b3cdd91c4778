package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementFactsTest {
    private static final Grammar GRAMMAR = new Grammar();

    @AfterAll
    static void close() {
        GRAMMAR.close();
    }

    private static StatementFacts facts(String sql) throws InterruptedException {
        return StatementFacts.of(GRAMMAR.parse(sql));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "alter table t add c int, drop d, add e int | ALTER TABLE ... ADD COLUMN, DROP COLUMN",
                "alter table t add constraint x foreign key (a) references u not valid | ALTER TABLE ... ADD FOREIGN KEY NOT VALID",
                "alter table t add primary key using index i | ALTER TABLE ... ADD PRIMARY KEY USING INDEX",
                "alter table t alter c type int | ALTER TABLE ... ALTER COLUMN TYPE",
                "alter table t alter c set default 1 | ALTER TABLE ... SET DEFAULT",
                "alter table t set (fillfactor = 1) | ALTER TABLE ... SET (...)",
                "alter table t disable trigger all | ALTER TABLE ... DISABLE TRIGGER ALL",
                "alter table t detach partition p concurrently | ALTER TABLE ... DETACH PARTITION CONCURRENTLY",
                "alter table t rename a to b | ALTER TABLE ... RENAME COLUMN",
                "alter index i rename to j | ALTER INDEX ... RENAME",
                "alter view v set schema s | ALTER VIEW ... SET SCHEMA",
                "alter type m add value 'x' | ALTER TYPE ... ADD VALUE",
                "alter function f() owner to x | ALTER FUNCTION ... OWNER TO",
                "create unique index concurrently i on t (a) | CREATE UNIQUE INDEX CONCURRENTLY",
                "create or replace procedure p() language sql as '' | CREATE PROCEDURE",
                "create materialized view m as select 1 | CREATE MATERIALIZED VIEW AS",
                "create aggregate a (int) (sfunc = f, stype = int) | CREATE AGGREGATE",
                "create type m as enum ('a') | CREATE TYPE",
                "create extension x | CREATE EXTENSION",
                "drop materialized view m | DROP MATERIALIZED VIEW",
                "reindex index concurrently i | REINDEX INDEX CONCURRENTLY",
                "refresh materialized view concurrently m | REFRESH MATERIALIZED VIEW CONCURRENTLY",
                "vacuum (full, analyze) t | VACUUM FULL",
                "analyze | ANALYZE",
                "comment on table t is 'x' | COMMENT ON TABLE",
                "revoke all on t from x | REVOKE",
                "do 'begin end' | DO",
                "merge into t using u on true when matched then delete | MERGE",
                "rollback to savepoint x | ROLLBACK TO",
                "start transaction | START",
                "reset all | RESET",
                "copy t from stdin | COPY",
            })
    void saysTheKindInWords(String sql, String kind) throws InterruptedException {
        assertThat(facts(sql).kind()).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "begin | CONTROL",
                "end | CONTROL",
                "rollback and chain | CONTROL",
                "savepoint a | CONTROL",
                "release a | CONTROL",
                "prepare transaction 'a' | CONTROL",
                "commit prepared 'a' | OUTSIDE_ONLY",
                "alter type m add value if not exists 'x' | COMMIT_BEFORE_USE",
                "create subscription s connection '' publication p | OUTSIDE_ONLY",
                "create subscription s connection '' publication p with (create_slot = false) | EITHER",
                "drop subscription s | OUTSIDE_ONLY",
                "alter subscription s add publication p | OUTSIDE_ONLY",
                "alter subscription s add publication p with (refresh = false) | EITHER",
                "alter subscription s disable | EITHER",
                "create tablespace x location '/x' | OUTSIDE_ONLY",
                "drop tablespace x | OUTSIDE_ONLY",
                "reindex database d | OUTSIDE_ONLY",
                "analyze t | EITHER",
                "declare c cursor with hold for select 1 | EITHER",
                "declare c cursor for select 1 | INSIDE",
                "set session characteristics as transaction read only | EITHER",
            })
    void saysWhereItMayRun(String sql, TransactionUse use) throws InterruptedException {
        assertThat(facts(sql).transaction()).isEqualTo(use);
    }

    @Test
    void namesRelationsAsTheTextDoes() throws InterruptedException {
        StatementFacts facts = facts(
                "WITH q AS (SELECT * FROM \"S\".\"T t\") DELETE FROM a USING q, s.b WHERE EXISTS (SELECT FROM a)");
        assertThat(facts.relations()).extracting(Relation::toString).containsExactlyInAnyOrder("S.T t", "a", "s.b");
        assertThat(facts.strongest()).contains(new RelationLock(new Relation(null, "a"), LockMode.ROW_EXCLUSIVE));
        assertThat(facts("do 'begin end'").opaque()).isTrue();
        assertThat(facts("create index concurrently i on s.t (a)").makes()).hasToString("s.i");
        assertThat(facts("create index on t (a)").makes()).isNull();
    }

    @Test
    void knowsWhichModesStopWhat() {
        assertThat(LockMode.ACCESS_EXCLUSIVE.blocksReads()).isTrue();
        assertThat(LockMode.EXCLUSIVE.blocksReads()).isFalse();
        assertThat(LockMode.SHARE.blocksWrites()).isTrue();
        assertThat(LockMode.SHARE_UPDATE_EXCLUSIVE.blocksWrites()).isFalse();
        for (LockMode one : LockMode.values()) {
            for (LockMode other : LockMode.values()) {
                assertThat(one.conflictsWith(other)).isEqualTo(other.conflictsWith(one));
            }
        }
    }
}
