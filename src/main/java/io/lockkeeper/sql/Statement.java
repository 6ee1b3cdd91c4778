package io.lockkeeper.sql;

import org.jspecify.annotations.Nullable;

/// One statement of a script, as psql would send it: `text` is exactly what stands from `start` to `end`,
/// without the semicolon that closes it. Block comments before its first word belong to it, as in psql.
///
/// @param start chars before it in the script
/// @param end   chars before what follows it: the semicolon, or the end
/// @param line  where its first word stands, from 1
/// @param copy  what follows a `COPY ... FROM stdin`
public record Statement(
        int start, int end, int line, String text, @Nullable CopyData copy) {

    /// @param start chars before the first row in the script
    /// @param end   chars before the line `\.`
    /// @param line  of the first row, from 1
    /// @param text  the rows, without the line `\.` that ends them
    public record CopyData(int start, int end, int line, String text) {}
}
