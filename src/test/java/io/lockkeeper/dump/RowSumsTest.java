package io.lockkeeper.dump;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.dynatrace.hash4j.hashing.Hashing;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RowSumsTest {
    private static final String END = "\\.\n\n\n";
    private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(64);

    @Test
    void sumsUpTheHashesOfRowsAsThePublicDefinitionSays() {
        List<String> rows = List.of("1\ta", "", "2\t\\N", "x".repeat(1_000));
        BigInteger high = BigInteger.ZERO;
        BigInteger low = BigInteger.ZERO;
        for (String row : rows) {
            var hash = Hashing.xxh3_128().hashBytesTo128Bits(row.getBytes(StandardCharsets.UTF_8));
            high = high.add(BigInteger.valueOf(hash.getMostSignificantBits())).mod(TWO_TO_64);
            low = low.add(BigInteger.valueOf(hash.getLeastSignificantBits())).mod(TWO_TO_64);
        }

        TableSum sum = sum(String.join("\n", rows) + "\n" + END, Integer.MAX_VALUE);

        assertThat(sum).isEqualTo(new TableSum(4, "%016x%016x".formatted(high, low)));
    }

    @Test
    void cutsInAnyPlacesChangeNothing() {
        var random = new Random(7);
        String text = random.ints(3_000, 0, 300).mapToObj("y"::repeat).collect(Collectors.joining("\n"))
                + "\n\\.x\n.\n\\\n" + END;
        TableSum whole = sum(text, Integer.MAX_VALUE);

        for (int chunk : new int[] {1, 2, 3, 7, 8, 9, 64, 255, 4_096}) {
            assertThat(sum(text, chunk)).as("chunks of %s", chunk).isEqualTo(whole);
        }
        assertThat(whole.rows()).isEqualTo(3_003);
    }

    @Test
    void theOrderOfRowsDoesNotMatterButEveryRowDoes() {
        List<String> rows = new ArrayList<>(List.of("a\t1", "b\t2", "b\t2", "c\t3"));
        TableSum sum = sum(rows);
        Collections.reverse(rows);

        assertThat(sum(rows)).isEqualTo(sum);
        assertThat(sum(List.of("a\t1", "b\t2", "c\t3"))).isNotEqualTo(sum);
        assertThat(sum(List.of("a\t2", "b\t1", "b\t2", "c\t3")))
                .as("values swapped between rows")
                .isNotEqualTo(sum);
        assertThat(sum(List.of("a", "a", "c"))).as("another pair of twins").isNotEqualTo(sum(List.of("b", "b", "c")));
        assertThat(sum(List.of("a\t1", "b\t2", "b\t3", "c\t3"))).isNotEqualTo(sum);
    }

    @Test
    void sumsOfPartsAreTheSumOfTheWhole() {
        assertThat(sum(List.of("a", "b")).plus(sum(List.of("c")))).isEqualTo(sum(List.of("c", "a", "b")));
        assertThat(new TableSum(1, null).plus(sum(List.of("c")))).isEqualTo(new TableSum(2, null));
    }

    @Test
    void countsWithoutHashing() {
        RowSums counts = RowSums.of("t", Level.COUNTS);
        feed(counts, "a\n\nb\n" + END, 2);

        assertThat(counts.complete()).isEqualTo(new TableSum(3, null));
    }

    @Test
    void bringsColumnsIntoAnotherOrder() {
        TableSum wanted = sum(List.of("\t1\tx", "b\t\\N\t"));

        for (int chunk : new int[] {1, 2, 5, 1_000}) {
            RowSums sums = RowSums.of("t", Level.FULL, List.of("n", "x", "t"), List.of("t", "n", "x"));
            feed(sums, "1\tx\t\n\\N\t\tb\n" + END, chunk);
            assertThat(sums.complete()).isEqualTo(wanted);
        }
    }

    @Test
    void refusesRowsWithTooFewOrTooManyColumnsWhenTheyAreReordered() {
        for (String row : List.of("1", "1\t2\t3", "")) {
            RowSums sums = RowSums.of("t", Level.FULL, List.of("a", "b"), List.of("b", "a"));
            assertThatThrownBy(() -> feed(sums, row + "\n" + END, 9)).isInstanceOf(DumpFailure.class);
        }
    }

    @Test
    void takesOtherColumnsAsTheyCome() {
        RowSums sums = RowSums.of("t", Level.FULL, List.of("a", "b"), List.of("a", "c"));
        feed(sums, "1\t2\n" + END, 9);

        assertThat(sums.complete()).isEqualTo(sum(List.of("1\t2")));
    }

    @Test
    void noticesEveryCutBeforeTheEndMark() {
        String text = "a\tb\nc\td\n\\.\n";
        for (int length = 0; length < text.length(); length++) {
            String cut = text.substring(0, length);
            assertThatThrownBy(() -> sum(cut, 3))
                    .as("the first %s bytes", length)
                    .isInstanceOf(DumpFailure.class)
                    .hasMessageContaining("end without their end mark");
        }
    }

    @Test
    void noticesWhatFollowsTheEndMark() {
        assertThatThrownBy(() -> sum("a\n\\.\n\nb\n", 3)).hasMessage("Something follows the end of the rows of t.");
    }

    @Test
    void findsNewlinesBetweenAnyOtherBytes() {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[1 + random.nextInt(40)];
            random.nextBytes(bytes);
            int from = random.nextInt(bytes.length);
            int expected = -1;
            for (int at = bytes.length - 1; at >= from; at--) {
                expected = bytes[at] == '\n' ? at : expected;
            }
            assertThat(Newline.in(bytes, from, bytes.length)).isEqualTo(expected);
        }
    }

    private static TableSum sum(List<String> rows) {
        return sum(rows.stream().map(row -> row + "\n").collect(Collectors.joining()) + END, 10);
    }

    private static TableSum sum(String text, int chunk) {
        RowSums sums = RowSums.of("t", Level.FULL);
        feed(sums, text, chunk);
        return sums.complete();
    }

    private static void feed(Intake<?> intake, String text, int chunk) {
        Feeding.feed(intake, text.getBytes(StandardCharsets.UTF_8), chunk);
    }
}
