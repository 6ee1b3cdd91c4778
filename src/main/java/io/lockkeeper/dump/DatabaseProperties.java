package io.lockkeeper.dump;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a database is, apart from what is in it.
///
/// @param serverVersion as in `server_version_num`: 170006
/// @param localeProvider `libc`, `icu` or `builtin`
/// @param locale of ICU or of the built-in provider
/// @param acl who may do what to the database; the default if nobody said otherwise
/// @param roles all that anything in the database refers to, predefined ones apart
/// @param tablespaces that anything lies in, the default one apart
public record DatabaseProperties(
        int serverVersion,
        String encoding,
        String collate,
        String ctype,
        String localeProvider,
        @Nullable String locale,
        @Nullable String icuRules,
        String owner,
        int connectionLimit,
        List<String> acl,
        List<Setting> settings,
        List<Extension> extensions,
        List<String> roles,
        List<String> tablespaces) {

    /// Kept by `ALTER DATABASE ... SET`, or for one role in it by `ALTER ROLE ... IN DATABASE ... SET`.
    public record Setting(@Nullable String role, String name, String value) {}

    public record Extension(String name, String schema, String version) {}

    public DatabaseProperties {
        acl = List.copyOf(acl);
        settings = List.copyOf(settings);
        extensions = List.copyOf(extensions);
        roles = List.copyOf(roles);
        tablespaces = List.copyOf(tablespaces);
    }

    int major() {
        return serverVersion / 10_000;
    }

    DatabaseProperties withRoles(List<String> all) {
        return new DatabaseProperties(
                serverVersion,
                encoding,
                collate,
                ctype,
                localeProvider,
                locale,
                icuRules,
                owner,
                connectionLimit,
                acl,
                settings,
                extensions,
                all,
                tablespaces);
    }
}
