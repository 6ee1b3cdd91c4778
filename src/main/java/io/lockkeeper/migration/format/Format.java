package io.lockkeeper.migration.format;

import java.util.List;

/// How one tool names, orders, sums up and remembers migrations. Knows nothing of running them.
public interface Format {
    /// As it is asked for.
    String name();

    /// Whether the files look like this tool's, by what no other tool has.
    boolean recognises(List<SourceFile> files);

    Source read(List<SourceFile> files, Scene scene);

    History history(Scene scene);

    /// Whether a migration that comes before one that has run already is something that people must decide about.
    default boolean isOrdered() {
        return true;
    }
}
