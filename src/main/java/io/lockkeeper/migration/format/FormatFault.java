package io.lockkeeper.migration.format;

import io.lockkeeper.sql.SqlFault;

/// Something in a file that cannot be run as the tool that it was written for would run it.
public final class FormatFault extends RuntimeException {
    private final String path;
    private final int line;

    /// @param line from 1; 0: it is about the file as a whole
    public FormatFault(String path, int line, String detail) {
        super(detail, null, false, false);
        this.path = path;
        this.line = line;
    }

    static FormatFault of(String path, SqlFault fault) {
        return new FormatFault(path, fault.line(), fault.detail() + " (column " + fault.column() + ")");
    }

    /// Such as `V1__a.sql:3`.
    public String place() {
        return line == 0 ? path : path + ":" + line;
    }

    public String detail() {
        return getMessage();
    }
}
