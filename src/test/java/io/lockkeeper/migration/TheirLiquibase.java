package io.lockkeeper.migration;

import io.lockkeeper.TestServers;
import io.lockkeeper.migration.Runs.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import liquibase.Contexts;
import liquibase.LabelExpression;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.resource.DirectoryResourceAccessor;

/// The real tool, on a changelog that is called `changelog.sql`.
record TheirLiquibase(Path folder) {
    @FunctionalInterface
    private interface Use {
        void of(Liquibase liquibase) throws Exception;
    }

    void update(Site site, String changelog) throws Exception {
        with(site, changelog, liquibase -> liquibase.update(new Contexts()));
    }

    /// @param last how many changesets go
    void rollback(Site site, String changelog, int last) throws Exception {
        with(site, changelog, liquibase -> liquibase.rollback(last, new Contexts(), new LabelExpression()));
    }

    private void with(Site site, String changelog, Use use) throws Exception {
        Files.writeString(folder.resolve("changelog.sql"), changelog);
        try (Connection connection = TestServers.connect(site.database);
                var accessor = new DirectoryResourceAccessor(folder)) {
            var database =
                    DatabaseFactory.getInstance().findCorrectDatabaseImplementation(new JdbcConnection(connection));
            use.of(new Liquibase("changelog.sql", accessor, database));
        }
    }
}
