package io.lockkeeper.sql;

/// What is wrong with a text of SQL, and where: lines and columns begin with 1, columns count characters
/// (code points), `position` counts the chars of the Java string before it.
public final class SqlFault extends RuntimeException {
    private final int position;
    private final int line;
    private final int column;

    SqlFault(int position, int line, int column, String detail) {
        super(detail);
        this.position = position;
        this.line = line;
        this.column = column;
    }

    public int position() {
        return position;
    }

    public int line() {
        return line;
    }

    public int column() {
        return column;
    }

    /// One sentence, without the place.
    public String detail() {
        return super.getMessage();
    }

    @Override
    public String getMessage() {
        return "line " + line + ", column " + column + ": " + detail();
    }
}
