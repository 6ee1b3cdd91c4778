package io.lockkeeper.sql;

import java.util.Locale;

/// What a statement's words tell, read one after another, of how it has to be split and what follows it.
final class Opening {
    private enum State {
        START,
        CREATE,
        CREATE_OR,
        CREATE_OR_REPLACE,
        ROUTINE,
        COPY,
        COPY_FROM,
        COPY_FROM_STDIN,
        SET,
        SET_STRINGS,
        SET_STRINGS_TO,
        RESET,
        ESCAPE,
        DO_NOT_ESCAPE,
        ENDS_TRANSACTION,
        ANYTHING
    }

    private State state = State.START;
    private boolean local;

    /// A token outside of parentheses.
    void read(Lexer token) {
        state = switch (state) {
            case START -> first(token);
            case CREATE -> isRoutine(token) ? State.ROUTINE : token.is("or") ? State.CREATE_OR : State.ANYTHING;
            case CREATE_OR -> token.is("replace") ? State.CREATE_OR_REPLACE : State.ANYTHING;
            case CREATE_OR_REPLACE -> isRoutine(token) ? State.ROUTINE : State.ANYTHING;
            case COPY -> token.is("from") ? State.COPY_FROM : State.COPY;
            case COPY_FROM ->
                // the grammar takes either word for either direction
                token.is("stdin") || token.is("stdout") ? State.COPY_FROM_STDIN : State.ANYTHING;
            case SET -> set(token);
            case SET_STRINGS -> token.is("=") || token.is("to") ? State.SET_STRINGS_TO : State.ANYTHING;
            case SET_STRINGS_TO -> isOff(token.token()) ? State.ESCAPE : State.DO_NOT_ESCAPE;
            case RESET -> isStrings(token) || token.is("all") ? State.DO_NOT_ESCAPE : State.ANYTHING;
            case ROUTINE, COPY_FROM_STDIN, ESCAPE, DO_NOT_ESCAPE, ENDS_TRANSACTION, ANYTHING -> state;
        };
    }

    /// Whether it may have a body: `BEGIN ATOMIC ... END`.
    boolean isRoutine() {
        return state == State.ROUTINE;
    }

    boolean readsRows() {
        return state == State.COPY_FROM_STDIN;
    }

    /// Whether backslashes escape in plain strings of the statements after this one.
    boolean letsStringsEscape(boolean before) {
        return switch (state) {
            case ESCAPE -> true;
            case DO_NOT_ESCAPE -> false;
            default -> before;
        };
    }

    /// Whether that is so only until the end of the transaction.
    boolean isLocal() {
        return local;
    }

    boolean endsTransaction() {
        return state == State.ENDS_TRANSACTION;
    }

    private static State first(Lexer token) {
        if (token.is("commit") || token.is("end") || token.is("rollback") || token.is("abort")) {
            return State.ENDS_TRANSACTION;
        }
        if (token.is("create")) {
            return State.CREATE;
        }
        return token.is("copy")
                ? State.COPY
                : token.is("set") ? State.SET : token.is("reset") ? State.RESET : State.ANYTHING;
    }

    private State set(Lexer token) {
        if (token.is("local") || token.is("session")) {
            local = token.is("local");
            return State.SET;
        }
        return isStrings(token) ? State.SET_STRINGS : State.ANYTHING;
    }

    private static boolean isRoutine(Lexer token) {
        return token.is("function") || token.is("procedure");
    }

    private static boolean isStrings(Lexer token) {
        return token.is("standard_conforming_strings") || token.is("\"standard_conforming_strings\"");
    }

    /// As the server reads a boolean: any beginning of a word that is clear.
    private static boolean isOff(String value) {
        String word = value.replace("'", "").toLowerCase(Locale.ROOT);
        return word.equals("0")
                || word.length() >= 2 && "off".startsWith(word)
                || !word.isEmpty() && ("false".startsWith(word) || "no".startsWith(word));
    }
}
