package io.lockkeeper.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {
    @Test
    void hasANextPageIfOneRowTooManyWasRead() {
        Page<Integer> page = Page.of(List.of(9, 8, 7), new Limit(2), row -> row, "orders", null);

        assertThat(page.items()).containsExactly(9, 8);
        assertThat(Cursor.number(page.next(), 0, "orders", null)).isEqualTo(8);
    }

    @Test
    void endsWhereTheRowsEnd() {
        assertThat(Page.of(List.of(9, 8), new Limit(2), row -> row).next()).isNull();
        assertThat(Page.of(List.<Integer>of(), new Limit(2), row -> row).items())
                .isEmpty();
    }

    @Test
    void startsAtTheBeginningWithoutACursor() {
        assertThat(Cursor.number(null, 42)).isEqualTo(42);
        assertThat(Cursor.position(null)).isEmpty();
        assertThat(Cursor.position(Cursor.after("orders-ü"))).contains("orders-ü");
    }

    @Test
    void refusesACursorThatWasMadeWithOtherFilters() {
        String cursor = Cursor.after(8, "orders", null);

        assertThat(mismatch(cursor, "orders", "FAILED")).isEqualTo("cursor-mismatch");
        assertThat(mismatch(cursor, null, "orders")).isEqualTo("cursor-mismatch");
        assertThat(mismatch(cursor, "order", "s")).isEqualTo("cursor-mismatch");
        assertThat(mismatch(cursor, "orders", "null")).isEqualTo("cursor-mismatch");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "!!!", "AAAA", "AAAAAAAAAAAAAAAA", "ü"})
    void refusesACursorThatWasMadeUp(String cursor) {
        assertThat(mismatch(cursor)).isEqualTo("cursor-mismatch");
    }

    @Test
    void refusesACursorOfAListThatIsOrderedByNames() {
        assertThat(mismatch(Cursor.after("orders"))).isEqualTo("cursor-mismatch");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1000,1000", "1001,1000", "99999999999,1000"})
    void takesALimit(String text, int limit) {
        assertThat(Limit.fromString(text).value()).isEqualTo(limit);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "ten", "", "1.5", "99999999999999999999"})
    void refusesALimitThatIsNone(String text) {
        Refused refused = catchThrowableOfType(Refused.class, () -> Limit.fromString(text));

        assertThat(refused.problem().status()).isEqualTo(400);
        assertThat(refused.problem().detail()).contains("limit", "whole number from 1 to 1000");
    }

    private static String mismatch(String cursor, Object... filters) {
        Problem problem = catchThrowableOfType(Refused.class, () -> Cursor.number(cursor, 0, filters))
                .problem();
        assertThat(problem.status()).isEqualTo(400);
        return problem.code();
    }
}
