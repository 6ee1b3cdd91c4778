package io.lockkeeper.target;

/// What labels look like, everywhere.
final class Labels {
    static final String KEY = "[a-z0-9A-Z](?:[a-z0-9A-Z._/-]{0,61}[a-z0-9A-Z])?";
    static final String VALUE = "(?:[a-z0-9A-Z](?:[a-z0-9A-Z._-]{0,61}[a-z0-9A-Z])?)?";
    static final int MOST = 32;

    private Labels() {}
}
