package io.lockkeeper.restore;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// One thing that speaks against a backup.
///
/// @param subject what it is about, such as `public.orders`; names are the target's own: untrusted
/// @param sqlState where a server refused something
/// @param detail one sentence for people, with numbers
@Schema(name = "RestoreReason")
public record Reason(
        Code code, @Nullable String subject, @Nullable String sqlState, String detail) {

    @Schema(name = "RestoreReasonCode")
    public enum Code {
        /// The bytes in the depot are not those that were brought there.
        @JsonProperty("ARTIFACT")
        ARTIFACT,
        /// The server refused what the backup says, or recovery did not come to its end.
        @JsonProperty("RESTORE")
        RESTORE,
        /// A definition is missing, is there without need, or says something else.
        @JsonProperty("SCHEMA")
        SCHEMA,
        /// Rows, sequences or large objects are not those that were backed up.
        @JsonProperty("CONTENT")
        CONTENT,
        /// The database itself: its encoding, locale, owner, settings, extensions.
        @JsonProperty("PROPERTIES")
        PROPERTIES,
        /// An index that is not valid or does not lead to its rows, a constraint that nobody has validated.
        @JsonProperty("STRUCTURE")
        STRUCTURE,
        /// The backup is faithful: the data that was backed up violates its own constraints.
        @JsonProperty("SOURCE")
        SOURCE,
        /// A check of the team's own.
        @JsonProperty("CHECK")
        CHECK
    }

    static Reason of(Code code, @Nullable String subject, String detail) {
        return new Reason(code, subject, null, detail);
    }
}
