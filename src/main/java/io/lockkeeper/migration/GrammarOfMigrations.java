package io.lockkeeper.migration;

import io.lockkeeper.sql.Grammar;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/// One grammar for all who read migrations.
@Singleton
class GrammarOfMigrations {
    @Produces
    @Singleton
    Grammar grammar() {
        return new Grammar();
    }

    void close(@Disposes Grammar grammar) {
        grammar.close();
    }
}
