package io.lockkeeper.store;

import io.lockkeeper.postgres.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/// A small shop to try things on, in the embedded server, with a role of its own that may do nothing
/// elsewhere. It is filled once; what becomes of it afterwards is the user's. The password is no secret:
/// invented data, on the loopback address.
record DemoDatabase(StoreAddress address) {
    private static final String NAME = "demo";
    private static final String FILLED = "filled";

    static DemoDatabase make(Connection root, PostgresServer server) throws SQLException, IOException {
        Jdbc.makeRole(root, NAME, NAME);
        Jdbc.makeDatabase(root, NAME, NAME);
        var demo = new DemoDatabase(StoreAddress.local(server.host(), server.port(), NAME, NAME, NAME));
        demo.fillOnce();
        return demo;
    }

    /// The facts by which the demo can be registered as a target.
    Map<String, String> configuration() {
        return Map.of(
                "lockkeeper.demo.host", address.host(),
                "lockkeeper.demo.port", Integer.toString(address.port()),
                "lockkeeper.demo.database", NAME,
                "lockkeeper.demo.username", NAME,
                "lockkeeper.demo.password", NAME);
    }

    /// All or nothing: the mark is set by the transaction that fills.
    private void fillOnce() throws SQLException, IOException {
        try (Connection connection = Jdbc.connect(address);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            if (!isFilled(statement)) {
                statement.execute(script());
                statement.execute("COMMENT ON DATABASE demo IS '" + FILLED + "'");
            }
            connection.commit();
        }
    }

    private static boolean isFilled(Statement statement) throws SQLException {
        try (ResultSet mark = statement.executeQuery(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()")) {
            return mark.next() && FILLED.equals(mark.getString(1));
        }
    }

    private static String script() throws IOException {
        try (InputStream script = DemoDatabase.class.getResourceAsStream("/demo/demo.sql")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
