package io.lockkeeper.backup;

/// For programs that take a database as an argument and would read an unlucky name as a connection string.
final class Conninfo {
    private Conninfo() {}

    static String database(String name) {
        return "dbname='" + name.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
