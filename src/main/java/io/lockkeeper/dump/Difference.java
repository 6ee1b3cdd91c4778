package io.lockkeeper.dump;

/// One thing that is not as it was dumped.
///
/// @param object such as `public.orders`
/// @param sentence with numbers, for people
public record Difference(Code code, String object, String sentence) {
    public enum Code {
        SCHEMA,
        CONTENT,
        PROPERTIES
    }
}
