package io.lockkeeper.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.postgresql.Driver;

/// The few statements that must run before Quarkus does, when there is no pool yet.
final class Jdbc {
    private static final String SECONDS_TO_CONNECT = "5";
    private static final String SECONDS_TO_ANSWER = "30";

    private Jdbc() {}

    static Connection connect(StoreAddress address) throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", address.username());
        address.password().ifPresent(password -> properties.setProperty("password", password));
        properties.setProperty("connectTimeout", SECONDS_TO_CONNECT);
        properties.setProperty("loginTimeout", SECONDS_TO_CONNECT);
        properties.setProperty("socketTimeout", SECONDS_TO_ANSWER);
        properties.setProperty("ApplicationName", "lockkeeper");
        return new Driver().connect(address.jdbcUrl(), properties);
    }

    /// Makes the role if it is missing, and sets its password anyway. Names and passwords here are ours,
    /// never a user's.
    static void makeRole(Connection connection, String name, String password) throws SQLException {
        boolean there = exists(connection, "SELECT FROM pg_roles WHERE rolname = ?", name);
        run(connection, (there ? "ALTER" : "CREATE") + " ROLE " + name + " LOGIN PASSWORD '" + password + "'");
    }

    static void makeDatabase(Connection connection, String name, String owner) throws SQLException {
        if (!exists(connection, "SELECT FROM pg_database WHERE datname = ?", name)) {
            run(connection, "CREATE DATABASE " + name + " OWNER " + owner);
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
