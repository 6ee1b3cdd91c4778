package io.lockkeeper.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// PostgreSQL's own regression files, with the statements that psql 15 sends of them. They are not part of
/// the project: without them this test skips itself.
class PsqlCorpusTest {
    @Test
    void splitsPostgresqlsOwnFilesAsPsqlDoes() throws IOException {
        List<String> differing = new ArrayList<>();
        for (JsonNode file : Corpus.lines("splitter/postgres_regress_psql15.jsonl")) {
            List<String> sent = new ArrayList<>();
            file.get("expected").forEach(each -> sent.add(withoutEnd(each.textValue())));
            sent.removeIf(PsqlCorpusTest::saysNothing);
            List<String> ours = Script.split(file.get("sql").textValue()).statements().stream()
                    .map(Statement::text)
                    .toList();
            if (!ours.equals(sent)) {
                differing.add(file.get("id").textValue());
            }
        }
        assertThat(differing).isEmpty();
    }

    /// Every seventh of them: of all 13,577 the server's own grammar refuses 40, which the files want to be refused.
    @Test
    void readsTheirStatements() throws IOException, InterruptedException {
        List<Statement> all = new ArrayList<>();
        for (JsonNode file : Corpus.lines("splitter/postgres_regress_psql15.jsonl")) {
            all.addAll(Script.split(file.get("sql").textValue()).statements());
        }
        int refused = 0;
        try (Grammar grammar = new Grammar()) {
            for (int i = 0; i < all.size(); i += 7) {
                try {
                    assertThat(StatementFacts.of(grammar.parse(all.get(i).text()))
                                    .kind())
                            .isNotBlank();
                } catch (SqlFault fault) {
                    refused++;
                }
            }
        }
        assertThat(refused).isLessThan(20);
    }

    private static String withoutEnd(String sent) {
        return sent.endsWith(";") ? sent.substring(0, sent.length() - 1) : sent;
    }

    /// psql sends a lone semicolon, and a comment at the end of a file; we do not.
    private static boolean saysNothing(String sent) {
        return sent.isEmpty() || sent.startsWith("/*") && sent.indexOf("*/") == sent.length() - 2;
    }
}
