package io.lockkeeper.migration.format;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One migration, as its files have it.
///
/// @param id by which its tool tells it from others; also for people
/// @param checksum as its tool writes it down; null: the tool does not
/// @param down null: there is no way back
/// @param condition null: it runs whatever holds
/// @param facts what else its tool writes down, or wants to be known
public record Migration(
        String id,
        String description,
        Kind kind,
        @Nullable String checksum,
        Transactions transactions,
        Part up,
        @Nullable Part down,
        @Nullable Condition condition,
        Map<String, String> facts) {

    public enum Kind {
        /// Runs once.
        VERSIONED,
        /// Runs whenever its checksum has changed.
        REPEATABLE,
        /// Runs every time.
        ALWAYS
    }

    public enum Transactions {
        /// One transaction, as far as its statements let it.
        ONE,
        /// None but those of single statements.
        NONE,
        /// Those that it begins and ends itself.
        OWN
    }

    public Migration {
        facts = Map.copyOf(facts);
    }

    Migration(
            String id,
            String description,
            Kind kind,
            @Nullable String checksum,
            Transactions transactions,
            Part up,
            @Nullable Part down,
            Map<String, String> facts) {
        this(id, description, kind, checksum, transactions, up, down, null, facts);
    }

    public String path() {
        return up.path();
    }
}
