package io.lockkeeper.store;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The parts of `postgresql://user:password@host:port/database?sslmode=...`, percent-decoded, before
/// anything is made of them. A message about what is wrong never repeats a part that may be a piece of the
/// password: where user name and password end is just what cannot be known in a bad URL.
record StoreUrl(
        String host,
        int port,
        String database,
        Optional<String> username,
        Optional<String> password,
        Map<String, String> parameters) {

    private static final Pattern URL =
            Pattern.compile("postgres(?:ql)?://([^/?#]*)(?:/([^/?#]*))?(?:\\?([^?#]*))?", Pattern.DOTALL);
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+)(?::([0-9]{1,5}))?");
    private static final List<String> KNOWN_PARAMETERS = List.of("sslmode", "sslrootcert");
    private static final String ENCODE =
            " (in user name and password, characters such as / ? # @ : % are written percent-encoded)";

    static StoreUrl parse(String variable, String url) {
        return new Parser(variable).parse(url.strip());
    }

    @Override
    public String toString() {
        return host + ":" + port + "/" + database;
    }

    private record Parser(String variable) {

        StoreUrl parse(String url) {
            Matcher parts = URL.matcher(url);
            if (!parts.matches()) {
                throw refused("is not of the form postgresql://user:password@host:port/database" + ENCODE);
            }
            String authority = parts.group(1);
            int at = authority.lastIndexOf('@');
            String userinfo = at < 0 ? "" : authority.substring(0, at);
            int colon = userinfo.indexOf(':');
            String user = colon < 0 ? userinfo : userinfo.substring(0, colon);
            String password = colon < 0 ? "" : userinfo.substring(colon + 1);
            Matcher place = hostAndPort(authority.substring(at + 1));
            return new StoreUrl(
                    place.group(1).replaceAll("[\\[\\]]", ""),
                    port(place.group(2)),
                    database(parts.group(2)),
                    Optional.of(decoded("user name", user)).filter(text -> !text.isEmpty()),
                    Optional.of(decoded("password", password)).filter(text -> !text.isEmpty()),
                    parameters(parts.group(3)));
        }

        private Matcher hostAndPort(String text) {
            if (text.isEmpty()) {
                throw refused("names no host");
            }
            if (text.contains(",")) {
                throw refused("names several hosts; name the one that always leads to the primary" + ENCODE);
            }
            if (text.startsWith("%2F") || text.startsWith("%2f")) {
                throw refused("names a Unix socket; only hosts are supported");
            }
            Matcher place = HOST_AND_PORT.matcher(text);
            if (!place.matches()) {
                throw refused("has no valid host and port after the user name and password" + ENCODE);
            }
            return place;
        }

        private int port(String digits) {
            int port = digits == null ? 5432 : Integer.parseInt(digits);
            if (port < 1 || port > 65535) {
                throw refused("has a port that is not between 1 and 65535");
            }
            return port;
        }

        private String database(String text) {
            if (text == null || text.isEmpty()) {
                throw refused("names no database");
            }
            return decoded("database", text);
        }

        private Map<String, String> parameters(String query) {
            Map<String, String> parameters = new HashMap<>();
            if (query == null || query.isEmpty()) {
                return parameters;
            }
            for (String pair : query.split("&")) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                if (equals < 0 || !KNOWN_PARAMETERS.contains(name)) {
                    throw refused("has a parameter other than " + String.join(" and ", KNOWN_PARAMETERS));
                }
                if (parameters.put(name, decoded(name, pair.substring(equals + 1))) != null) {
                    throw refused("has the parameter " + name + " twice");
                }
            }
            return parameters;
        }

        /// Percent-decoding as libpq does it: `+` is a plus. What is no UTF-8, or a control character, is refused.
        private String decoded(String part, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
            for (int i = 0; i < bytes.length; i++) {
                if (bytes[i] != '%') {
                    decoded.put(bytes[i]);
                } else if (i + 2 < bytes.length && hex(bytes[i + 1]) >= 0 && hex(bytes[i + 2]) >= 0) {
                    decoded.put((byte) (hex(bytes[i + 1]) * 16 + hex(bytes[i + 2])));
                    i += 2;
                } else {
                    throw refused("has a % in its " + part + " that is not followed by two hexadecimal digits");
                }
            }
            return text(part, decoded.flip());
        }

        private String text(String part, ByteBuffer bytes) {
            try {
                String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
                if (text.chars().anyMatch(Character::isISOControl)) {
                    throw refused("has a control character in its " + part);
                }
                return text;
            } catch (CharacterCodingException notText) {
                throw refused("has a " + part + " that is not valid UTF-8");
            }
        }

        private static int hex(byte digit) {
            return Character.digit(digit, 16);
        }

        private StartRefused refused(String why) {
            return new StartRefused(variable + " " + why + ".");
        }
    }
}
