package io.lockkeeper.http;

/// RFC 6901: the way to a value inside of a JSON document.
final class Pointer {
    static final String ROOT = "";

    private Pointer() {}

    static String into(String parent, String name) {
        return parent + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    static String into(String parent, int index) {
        return parent + "/" + index;
    }
}
