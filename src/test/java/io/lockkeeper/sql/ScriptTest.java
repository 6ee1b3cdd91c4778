package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {
    private static List<String> split(String text) {
        return Script.split(text).statements().stream().map(Statement::text).toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select $$;$$",
                "select $a$;$b$;$$;$a$",
                "select $ä1$;$ä1$",
                "select a$b$, ';', c$b$ from t",
                "select $1 + 1$$;$$",
                "select ';' ''';'''",
                "select E'\\';' 'a'",
                "select e'a' -- comment;\n  'b\\';'",
                "select E'a'\n\n'\\';' || E'\\\\'",
                "select U&';\\' || u&\";\\\"",
                "select b';' || x';' || n';'",
                "select \"a;\"\";\"",
                "select /* ; /* ; */ ; */ 1",
                "select 1 +/* ; */ 2 */* ; */ 3 +-- ;\n4",
                "select 5 */*;*/2",
                "create rule r as on insert to t do also (insert into l values (1); delete from l; notify n)",
                "create function f() returns int begin atomic select 1; select case when a then 1 end; end",
                "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql\nBEGIN ATOMIC\n"
                        + " SELECT case case 1 when 1 then 2 end when 2 then (case 1 when 1 then 2 end) end;\nEND",
                "create function f() returns int begin atomic select t.end, t.case as case from t; select 2; end",
                "create function begin() returns int return 1",
                "create function f(begin int) returns int begin /* a */ atomic select begin; end",
                "create function f() returns int as 'begin; end;' language plpgsql",
                "do $do$ begin execute $x$ select ';' $x$; end $do$",
                "select array[';', $$;$$]",
                "create table \"begin atomic\" (a int)",
            })
    void keepsAStatementWhole(String statement) {
        assertThat(split(statement)).containsExactly(statement);
        assertThat(split(statement + ";")).containsExactly(statement);
        assertThat(split("select 0;\n" + statement + " ;select 9"))
                .containsExactly("select 0", statement + " ", "select 9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select 'a\\'; select 2",
                "begin; select 2",
                "create table t (a int); select 1",
                "select 1 begin; select 2 atomic",
                "create index begin on t (a); select 1",
                "select 'a' -- it's\n; select 2",
                "select a$b$ from t; select b$b$",
                "select E'a' 'b\\'; select 2",
                "select 1)); select 2",
                "select $1; select $1",
            })
    void parts(String two) {
        assertThat(split(two)).hasSize(2);
    }

    @Test
    void leavesOutWhatIsNoStatement() {
        assertThat(split("")).isEmpty();
        assertThat(split("\uFEFF -- a comment\n;; ; /* another */ ;\n/* the end */"))
                .isEmpty();
        assertThat(split("-- a\n/* b */ select 1; -- c\n/* d */")).containsExactly("/* b */ select 1");
        assertThat(split("select 1\n-- c\n")).containsExactly("select 1");
    }

    @Test
    void saysWhereEachStatementStands() {
        String text = "\uFEFF-- ä\r\nselect '\u00E4\uD83D\uDE00';\r\n\r\n  /* why */\r\n  select 2 ;select 3";
        List<Statement> all = Script.split(text).statements();
        assertThat(all).extracting(Statement::line).containsExactly(2, 5, 5);
        assertThat(all)
                .allMatch(each -> text.substring(each.start(), each.end()).equals(each.text()));
        assertThat(all).extracting(Statement::text).element(1).isEqualTo("/* why */\r\n  select 2 ");
    }

    @Test
    void followsStandardConformingStrings() {
        assertThat(split("set standard_conforming_strings = off; select '\\';'; reset all; select '\\'; select 2"))
                .containsExactly(
                        "set standard_conforming_strings = off",
                        "select '\\';'",
                        "reset all",
                        "select '\\'",
                        "select 2");
        assertThat(
                        split(
                                "begin; SET LOCAL standard_conforming_strings TO 'of'; select '\\';'; commit; select '\\'; select 2"))
                .hasSize(6);
        assertThat(split("set standard_conforming_strings to on; select '\\'; select 2"))
                .hasSize(3);
    }

    @Test
    void givesTheRowsOfACopyWithIt() {
        List<Statement> all = Script.split(
                        "copy public.t (a, \"from\") from stdin with (format csv); -- rows\r\n1,';'\r\n$$,\\.\r\n\\.\r\nselect 1;")
                .statements();
        assertThat(all).hasSize(2);
        assertThat(all.getFirst().copy()).isEqualTo(new Statement.CopyData(65, 79, 2, "1,';'\r\n$$,\\.\r\n"));
        assertThat(all.getLast().line()).isEqualTo(5);
        assertThat(Script.split("COPY t FROM STDIN;\n\\.").statements())
                .extracting(each -> each.copy().text())
                .containsExactly("");
        assertThat(Script.split("copy (select 1 from stdin) to stdout; copy t from 'f'; select 1 from stdin")
                        .statements())
                .hasSize(3)
                .allMatch(each -> each.copy() == null);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "select 1;@ \\i other.sql            | 2 | 2  | psql's own command \\i cannot be run.",
                "select 1 \\gexec                    | 1 | 10 | psql's own command \\gexec cannot be run.",
                "select 1 \\; select 2               | 1 | 10 | psql's own command \\; cannot be run.",
                "select ä,@ 'b                       | 2 | 2  | A string begins here and never ends.",
                "select '😀', E'b\\'                 | 1 | 13 | A string begins here and never ends.",
                "select 1;@@ select $x$ $$           | 3 | 9  | A string in $x$ begins here and never ends.",
                "select \"a                          | 1 | 8  | A name in double quotes begins here and never ends.",
                "select 1 /* /* */                   | 1 | 10 | A comment begins here and never ends.",
                "select (1 + ((2); select 3          | 1 | 8  | A parenthesis is opened here and never closed.",
                "create function f() begin atomic ;  | 1 | 27 | A body (BEGIN ATOMIC) begins here and never ends.",
                "select 1;@copy t from stdin;@1@2@   | 2 | 1  | The rows of this COPY ... FROM stdin are not ended by a line \\.",
                "copy t from stdin; select 1@\\.@    | 1 | 19 | Nothing but the end of the line can follow COPY ... FROM stdin; its rows come next.",
                "select 1;@ select '^'               | 2 | 10 | A NUL character cannot stand in SQL.",
            })
    void refusesAndSaysWhere(String text, int line, int column, String detail) {
        SqlFault fault = catchThrowableOfType(
                SqlFault.class, () -> split(text.replace('@', '\n').replace('^', '\0')));
        assertThat(fault.detail()).isEqualTo(detail);
        assertThat(List.of(fault.line(), fault.column())).containsExactly(line, column);
    }

    @Test
    void refusesWhatIsNotUtf8() {
        assertThat(Script.split("select 'ä'".getBytes(StandardCharsets.UTF_8)).text())
                .isEqualTo("select 'ä'");
        assertThatThrownBy(() -> Script.split("select 1;\n 'ä'".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessage("line 2, column 3: The text is not UTF-8 from here on.");
        assertThatThrownBy(() -> Script.split(new byte[] {'1', (byte) 0xC3})).isInstanceOf(SqlFault.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'",
                "''",
                "\"",
                "\"\"",
                "/*",
                "*/",
                "/* */",
                "/*/",
                "(",
                ")",
                "$",
                "$$",
                "$a",
                "$a$",
                "--",
                "-",
                ";",
                "\n",
                "E'' ",
                "E''\n",
                "begin ",
                "create function begin atomic case ",
                "\\",
                "a",
                "'a'--\n"
            })
    void takesTimeInProportion(String again) {
        String hostile = again.repeat((1 << 20) / again.length());
        long began = System.nanoTime();
        for (String before : List.of("", "select 1 ", "E'", "$a$", "create function f() begin atomic ")) {
            try {
                Script.split(before + hostile);
            } catch (SqlFault refused) {
                assertThat(refused.line()).isPositive();
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    }
}
