package io.lockkeeper.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockkeeper.job.PermanentFailure;
import io.lockkeeper.postgres.ServerLog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What programs and servers say, and what is made of it.
class RestoreWordsTest {
    @TempDir
    Path directory;

    @Test
    void rolesAreReadWithWhatDecidesAndWithoutWhatLetsIn() {
        Roles roles = Roles.read("""
                --
                -- Roles; CREATE ROLE not_this_one;
                --
                \\restrict abc
                CREATE ROLE boss;
                ALTER ROLE boss WITH SUPERUSER INHERIT NOCREATEROLE NOCREATEDB LOGIN NOREPLICATION BYPASSRLS PASSWORD 'SCRAM-SHA-256$4096:x;y''SUPERUSER' VALID UNTIL 'infinity';
                CREATE ROLE "odd ""one"";
                DROP TABLE x";
                ALTER ROLE "odd ""one"";
                DROP TABLE x" WITH NOSUPERUSER NOINHERIT NOLOGIN CONNECTION LIMIT 3;
                ALTER ROLE boss SET session_preload_libraries TO 'superuser';
                CREATE TABLESPACE fast OWNER boss LOCATION '/etc';
                GRANT boss TO "odd ""one"";
                DROP TABLE x" WITH INHERIT TRUE GRANTED BY boss;
                GRANT pg_read_all_data TO boss;
                \\unrestrict abc
                """);

        String odd = "odd \"one\";\nDROP TABLE x";
        assertThat(roles.attributes()).containsOnlyKeys("boss", odd);
        assertThat(roles.attributes().get("boss")).containsExactlyInAnyOrder("superuser", "bypassrls");
        assertThat(roles.attributes().get(odd)).isEqualTo(Set.of("noinherit"));
        assertThat(roles.memberships())
                .containsExactly(new Roles.Membership("boss", odd), new Roles.Membership("pg_read_all_data", "boss"));
    }

    @Test
    void faultsOfPgRestoreAreToldWithTheirEntryAndWithoutAnybodysData() throws Exception {
        List<RestoreFault> faults = heard("""
                pg_restore: while PROCESSING TOC:
                pg_restore: from TOC entry 3284; 2606 16395 FK CONSTRAINT payment payment_c_fkey postgres
                pg_restore: error: could not execute query: ERROR:  insert or update on table "payment" violates it
                DETAIL:  Key (c)=(4711, a secret) is not present in table "customer".
                Command was: ALTER TABLE ONLY public.payment
                    ADD CONSTRAINT payment_c_fkey FOREIGN KEY (c) REFERENCES public.customer(id);


                pg_restore: from TOC entry 12; 0 16500 TABLE DATA visit postgres
                pg_restore: error: COPY failed for table "visit": ERROR:  relation "customer" does not exist
                CONTEXT:  COPY visit, line 1: "a secret"
                pg_restore: warning: errors ignored on restore: 2
                """);
        Path log = Files.writeString(directory.resolve("log"), """
                2026-11-21 20:18:10.123 UTC [4711] 23503 app ERROR:  23503: insert or update on table "payment" violates it
                2026-11-21 20:18:10.123 UTC [4711] 23503 app DETAIL:  Key (c)=(4711, a secret) is not present
                2026-11-21 20:18:10.123 UTC [4711] 42P01 app ERROR:  42P01: relation "customer" does not exist at character 22
                2026-11-21 20:18:10.123 UTC [4711] 42601 app ERROR:  42601: nobody told of this
                2026-11-21 20:18:10.123 UTC [4711] 57P01 app FATAL:  57P01: terminating background worker
                """);

        SqlStates refused = SqlStates.since(0, new ServerLog(log));

        assertThat(refused.on(faults)).extracting(RestoreFault::dumpId).containsExactly(3284, 12);
        assertThat(refused.on(faults)).extracting(RestoreFault::sqlState).containsExactly("23503", "42P01");
        assertThat(faults.getFirst().command()).startsWith("ALTER TABLE ONLY").endsWith("customer(id);");
        assertThat(faults.toString()).doesNotContain("secret");
        assertThat(refused.beside(faults)).extracting(RestoreFault::message).containsExactly("nobody told of this");
    }

    @Test
    void faultsOfPsqlAreToldWithTheirLine() {
        assertThat(heard("psql:/tmp/dump.sql:42: ERROR:  23505: could not create unique index \"x\"\nDETAIL:  Key"))
                .containsExactly(new RestoreFault(null, 42L, "could not create unique index \"x\"", "23505", ""));
    }

    private static List<RestoreFault> heard(String text) {
        RestoreOutput output = new RestoreOutput();
        text.lines().forEach(output::hear);
        return output.faults();
    }

    @ParameterizedTest
    @CsvSource({
        "FK CONSTRAINT,          23503, violates foreign key constraint,       SOURCE",
        "INDEX,                  23505, could not create unique index,         SOURCE",
        "TABLE DATA,             23514, violates check constraint,             SOURCE",
        "TABLE DATA,             42P01, relation customer does not exist,      RESTORE",
        "FUNCTION,               42601, syntax error,                          RESTORE",
        "TABLE DATA,             22021, invalid byte sequence,                 RESTORE",
        "MATERIALIZED VIEW DATA, 08001, could not establish connection,        note",
        "MATERIALIZED VIEW DATA, 42P01, relation customer does not exist,      RESTORE",
        "EXTENSION,              0A000, extension postgis is not available,    failed",
        "FUNCTION,               58P01, could not access file libnice,         failed",
        "COLLATION,              22023, could not create locale,               failed",
        "DATABASE,               22023, invalid locale name,                   failed",
        "INDEX,                  53100, could not extend file,                 failed",
        "TABLE DATA,             ,      server closed the connection,          failed",
    })
    void faultsMeanSomethingElseByWhatAndWhereTheyAre(
            String type, @Nullable String state, String message, String meaning) {
        FaultJudge judge = new FaultJudge(false);
        RestoreFault fault = new RestoreFault(1, null, message, state, "");
        Place place = new Place(type, "public", "x");
        if (meaning.equals("failed")) {
            assertThatThrownBy(() -> judge.judge(fault, place)).isInstanceOf(PermanentFailure.class);
            return;
        }
        judge.judge(fault, place);

        List<String> reasons = judge.findings().reasons().stream()
                .map(reason -> reason.code().name())
                .toList();
        assertThat(reasons).isEqualTo(meaning.equals("note") ? List.of() : List.of(meaning));
        assertThat(judge.findings().notes()).hasSize(meaning.equals("note") ? 1 : 0);
        assertThat(judge.failed()).containsExactly(place);
    }

    @ParameterizedTest
    @CsvSource({"FK CONSTRAINT, note", "TRIGGER, note", "TABLE DATA, reason", "TABLE, reason"})
    void whatWasLeftOutIsMissedByNobodyButDataIs(String type, String meaning) {
        FaultJudge judge = new FaultJudge(true);
        judge.judge(
                new RestoreFault(1, null, "relation \"left_out\" does not exist", "42P01", ""),
                new Place(type, "public", "x"));

        assertThat(judge.findings().reasons()).hasSize(meaning.equals("note") ? 0 : 1);
    }

    @Test
    void aPlainDumpSaysWhatItsLinesAreAbout() throws Exception {
        Path dump = Files.writeString(directory.resolve("dump.sql"), """
                --
                -- Name: größe; Type: TABLE; Schema: öffentlich; Owner: me
                --
                CREATE TABLE "öffentlich"."größe" (
                );
                --
                -- Data for Name: größe; Type: TABLE DATA; Schema: öffentlich; Owner: me
                --
                COPY
                """);

        assertThat(Place.atLine(dump, 4)).contains(new Place("TABLE", "öffentlich", "größe"));
        assertThat(Place.atLine(dump, 9)).contains(new Place("TABLE DATA", "öffentlich", "größe"));
        assertThat(Place.atLine(dump, 1)).isEmpty();
    }

    @Test
    void nothingInAPageCanRunOrHide() {
        assertThat(ReportPage.escaped("<b onclick='x'>\"&\u202e\u0007\u200b\n😀"))
                .isEqualTo("&lt;b onclick=&#39;x&#39;&gt;&quot;&amp;\\u{202e}\\u{7}\\u{200b}\n😀");
    }
}
