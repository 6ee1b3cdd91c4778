package io.lockkeeper.http;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One page of a list. `next` is absent at the end.
public record Page<T>(List<T> items, @Nullable String next) {
    public Page {
        items = List.copyOf(items);
    }

    /// From rows that were read with [Limit#plusOne()]: the one too many tells that there is more, and is left to the
    /// next page.
    ///
    /// @param position what the list is ordered by; the next page starts after it
    /// @param filters all that narrows the list, in the same order as they are given to [Cursor#position]
    public static <T> Page<T> of(
            List<T> rows, Limit limit, Function<? super T, ?> position, @Nullable Object... filters) {
        if (rows.size() <= limit.value()) {
            return new Page<>(rows, null);
        }
        List<T> items = rows.subList(0, limit.value());
        return new Page<>(items, Cursor.after(position.apply(items.getLast()), filters));
    }

    public <R> Page<R> map(Function<? super T, ? extends R> change) {
        return new Page<>(items.stream().<R>map(change).toList(), next);
    }
}
