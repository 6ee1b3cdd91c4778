package io.lockkeeper.schedule;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One of the five fields of a cron expression: the values that it allows.
///
/// @param values a bit for each of them
/// @param free it begins with a star; of the two fields for days, the one that does not decides
record CronField(long values, boolean free) {
    private static final Pattern ITEM = Pattern.compile("(\\*|\\w+)(?:-(\\w+))?(?:/(\\d{1,4}))?");

    /// What may stand where.
    enum Part {
        MINUTE("minute", 0, 59, List.of()),
        HOUR("hour", 0, 23, List.of()),
        DAY("day of month", 1, 31, List.of()),
        MONTH(
                "month",
                1,
                12,
                List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
        WEEKDAY("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

        private final String words;
        private final int least;
        private final int most;
        private final List<String> names;

        Part(String words, int least, int most, List<String> names) {
            this.words = words;
            this.least = least;
            this.most = most;
            this.names = names;
        }

        CronField parse(String text) {
            long values = 0;
            for (String item : text.split(",", -1)) {
                values |= values(item);
            }
            boolean sunday = this == WEEKDAY && (values & 1L << 7) != 0;
            return new CronField(sunday ? (values | 1) & ~(1L << 7) : values, text.startsWith("*"));
        }

        private long values(String item) {
            Matcher form = ITEM.matcher(item);
            if (!form.matches() || (form.group(1).equals("*") && form.group(2) != null)) {
                throw wrong("'" + item + "' is none of these");
            }
            boolean star = form.group(1).equals("*");
            boolean range = star || form.group(2) != null;
            int from = star ? least : value(form.group(1));
            int to = star ? most : range ? lastOf(form.group(2)) : from;
            if (from > to) {
                throw wrong("the range " + item + " runs backwards");
            }
            if (form.group(3) != null && !range) {
                throw wrong("the step in " + item + " needs a range or a star before it");
            }
            return steps(from, to, form.group(3) == null ? 1 : step(item, form.group(3)));
        }

        private int step(String item, String text) {
            int step = Integer.parseInt(text);
            if (step < 1 || step > most) {
                throw wrong("the step in " + item + " is not from 1 to " + most);
            }
            return step;
        }

        private static long steps(int from, int to, int step) {
            long values = 0;
            for (int value = from; value <= to; value += step) {
                values |= 1L << value;
            }
            return values;
        }

        /// A week may end with Sunday: FRI-SUN.
        private int lastOf(String text) {
            return this == WEEKDAY && text.equalsIgnoreCase("SUN") ? 7 : value(text);
        }

        private int value(String text) {
            int name = names.indexOf(text.toUpperCase(Locale.ROOT));
            if (name >= 0) {
                return least + name;
            }
            if (!text.matches("[0-9]{1,4}")) {
                throw wrong("'" + text + "' is none of these");
            }
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw wrong(value + " is not from " + least + " to " + most);
            }
            return value;
        }

        private IllegalArgumentException wrong(String what) {
            String sunday = this == WEEKDAY ? " (0 and 7 are Sunday)" : "";
            String named = names.isEmpty() ? "" : ", " + names.getFirst() + " to " + names.getLast();
            return new IllegalArgumentException("the " + words + " takes " + least + " to " + most + sunday + named
                    + ", *, lists (a,b), ranges (a-b) and steps (*/n, a-b/n): " + what);
        }
    }

    boolean allows(int value) {
        return (values & 1L << value) != 0;
    }

    int least() {
        return Long.numberOfTrailingZeros(values);
    }

    /// How many values it allows.
    int count() {
        return Long.bitCount(values);
    }
}
