package io.lockkeeper.backup;

import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.time.temporal.IsoFields;
import java.util.Locale;

/// What a rule counts, by the calendar and clock of a place.
enum Period {
    DAILY {
        @Override
        String of(ZonedDateTime time) {
            return time.toLocalDate().toString();
        }
    },
    /// A week belongs to the year that has most of its days.
    WEEKLY {
        @Override
        String of(ZonedDateTime time) {
            return "%04d-W%02d"
                    .formatted(time.get(IsoFields.WEEK_BASED_YEAR), time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
        }
    },
    MONTHLY {
        @Override
        String of(ZonedDateTime time) {
            return YearMonth.from(time).toString();
        }
    },
    YEARLY {
        @Override
        String of(ZonedDateTime time) {
            return Integer.toString(time.getYear());
        }
    };

    abstract String of(ZonedDateTime time);

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
