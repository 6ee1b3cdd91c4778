package io.lockkeeper.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/// What the module's short names stand for. They differ with every build of it.
record PgQueryNames(Properties names) {
    static PgQueryNames read() {
        try (InputStream in = PgQueryNames.class.getResourceAsStream("libpg-query.properties")) {
            Properties names = new Properties();
            names.load(in);
            return new PgQueryNames(names);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    String imported(String shortName) {
        return find("import." + shortName);
    }

    String exported(String symbol) {
        return find("export." + symbol);
    }

    private String find(String key) {
        String found = names.getProperty(key);
        if (found == null) {
            throw new IllegalStateException("libpg-query.properties has no " + key);
        }
        return found;
    }
}
