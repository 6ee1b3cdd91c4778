package io.lockkeeper.timeout;

import io.lockkeeper.postgres.Identifiers;
import java.util.Comparator;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One place that keeps settings: a row of `pg_db_role_setting`, or the server's own configuration.
public record Place(
        Scope scope, @Nullable String database, @Nullable String role) implements Comparable<Place> {
    static final Place SERVER = new Place(Scope.SERVER, null, null);

    private static final Comparator<Place> ORDER = Comparator.comparing(Place::scope)
            .thenComparing(Place::database, Comparator.nullsFirst(Comparator.naturalOrder()))
            .thenComparing(Place::role, Comparator.nullsFirst(Comparator.naturalOrder()));

    static Place of(@Nullable String database, @Nullable String role) {
        if (role == null) {
            return new Place(database == null ? Scope.EVERY_ROLE : Scope.DATABASE, database, null);
        }
        return new Place(database == null ? Scope.ROLE : Scope.ROLE_IN_DATABASE, database, role);
    }

    boolean ofServer() {
        return scope == Scope.SERVER;
    }

    /// The beginning of the statement that alters it.
    String alter() {
        return switch (scope) {
            case SERVER -> "ALTER SYSTEM";
            case EVERY_ROLE -> "ALTER ROLE ALL";
            case DATABASE -> "ALTER DATABASE " + Identifiers.quote(database);
            case ROLE -> "ALTER ROLE " + Identifiers.quote(role);
            case ROLE_IN_DATABASE ->
                "ALTER ROLE " + Identifiers.quote(role) + " IN DATABASE " + Identifiers.quote(database);
        };
    }

    String set(String setting, String value) {
        return alter() + " SET " + Identifiers.quote(setting) + " TO '" + value.replace("'", "''") + "'";
    }

    String reset(String setting) {
        return alter() + " RESET " + Identifiers.quote(setting);
    }

    /// Whether a login of that role into that database takes values from here.
    boolean reaches(String intoDatabase, String ofRole) {
        return (database == null || database.equals(intoDatabase)) && (role == null || role.equals(ofRole));
    }

    /// Whether some login takes its value from `this` although `other` has one too.
    boolean beats(Place other) {
        return scope.compareTo(other.scope) > 0
                && (database == null || other.database == null || Objects.equals(database, other.database))
                && (role == null || other.role == null || Objects.equals(role, other.role));
    }

    /// In one order everywhere, so that two transactions never wait for each other.
    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return switch (scope) {
            case SERVER -> "the server";
            case EVERY_ROLE -> "all roles";
            case DATABASE -> "database " + Identifiers.quote(database);
            case ROLE -> "role " + Identifiers.quote(role);
            case ROLE_IN_DATABASE -> "role " + Identifiers.quote(role) + " in database " + Identifiers.quote(database);
        };
    }
}
