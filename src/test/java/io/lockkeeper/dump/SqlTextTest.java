package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT 'a;b';",
                "SELECT 'it''s;';",
                "SELECT E'\\';';",
                "SELECT E'\\\\';",
                "SELECT E'x''\\';y';",
                "SELECT '\\';",
                "SELECT some_e'\\';",
                "SELECT \"a;\"\"b;\";",
                "SELECT $$a;$b;$$;",
                "SELECT $t$a;$$;$x$;$$t$t$;",
                "SELECT $1;",
                "SELECT a$b$c;",
                "SELECT $1$;",
                "SELECT 1 -- no; end\n + 2;",
                "SELECT /* ; /* ; */ ; */ 1;",
                "SELECT a - b, c / d, e * f;",
                "CREATE RULE r AS ON INSERT TO t DO (a; b);",
                "SELECT 'ü;', $ü$;$ü$;",
                "SELECT '';"
            })
    void passesOverWhatLooksLikeAnEnd(String statement) {
        assertThat(pieces(statement + "\nNEXT;")).containsExactly("STATEMENT " + statement, "STATEMENT NEXT;");
    }

    @Test
    void tellsStatementsCommentsAndCommandsApart() {
        assertThat(pieces("--\n-- a; 'b\n\\restrict x'y\nSELECT\n'\n-- c\n';\n-- end\n"))
                .containsExactly(
                        "COMMENT --",
                        "COMMENT -- a; 'b",
                        "COMMAND \\restrict x'y",
                        "STATEMENT SELECT\n'\n-- c\n';",
                        "COMMENT -- end");
    }

    @Test
    void knowsWhatDoesNotBeginALine() {
        var sql = new SqlText();
        List<Boolean> begins = new ArrayList<>();
        for (byte each :
                "BEGIN ATOMIC\n SELECT 1; SELECT 2;\n SELECT 3;\nEND;\nNEXT;".getBytes(StandardCharsets.UTF_8)) {
            if (sql.take(each) == SqlText.Piece.STATEMENT) {
                begins.add(sql.beginsLine());
            }
        }
        assertThat(begins).containsExactly(true, false, false, true, true);
    }

    @Test
    void keepsOnlyTheBeginningOfWhatIsVeryLong() {
        var sql = new SqlText();
        byte[] bytes = ("SELECT '" + "x;".repeat(5_000_000) + "';").getBytes(StandardCharsets.UTF_8);
        int pieces = 0;
        for (byte each : bytes) {
            pieces += sql.take(each) == SqlText.Piece.STATEMENT ? 1 : 0;
        }
        assertThat(pieces).isEqualTo(1);
        assertThat(sql.length()).isLessThan(5_000_000);
    }

    private static List<String> pieces(String text) {
        var sql = new SqlText();
        List<String> pieces = new ArrayList<>();
        for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
            SqlText.Piece piece = sql.take(each);
            if (piece != SqlText.Piece.NOT_YET) {
                pieces.add(piece + " " + new String(sql.text(), 0, sql.length(), StandardCharsets.UTF_8));
            }
        }
        assertThat(sql.isInside()).isFalse();
        return pieces;
    }
}
