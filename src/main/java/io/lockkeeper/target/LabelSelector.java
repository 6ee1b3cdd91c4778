package io.lockkeeper.target;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// One condition on labels, in text as `env=prod` or `env!=prod`. What lacks the label is, as in Kubernetes, not equal.
public record LabelSelector(String key, boolean equal, String value) {
    private static final Pattern FORM = Pattern.compile("(" + Labels.KEY + ")(!?=)(" + Labels.VALUE + ")");

    public static LabelSelector parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("must look like env=prod or env!=prod");
        }
        return new LabelSelector(form.group(1), form.group(2).equals("="), form.group(3));
    }

    public boolean matches(Map<String, String> labels) {
        return value.equals(labels.get(key)) == equal;
    }

    @Override
    public String toString() {
        return key + (equal ? "=" : "!=") + value;
    }
}
