package io.lockkeeper.migration.format;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// What a format makes of the files of a bundle.
///
/// @param migrations in the order in which they run
/// @param left files that are no migrations, each with the reason
/// @param faults all that is wrong; with any, nothing may run
public record Source(List<Migration> migrations, List<Left> left, List<FormatFault> faults) {
    @Schema(name = "FileLeftOut")
    public record Left(String path, String why) {}

    public Source {
        migrations = List.copyOf(migrations);
        left = List.copyOf(left);
        faults = List.copyOf(faults);
    }
}
