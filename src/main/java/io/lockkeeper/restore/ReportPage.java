package io.lockkeeper.restore;

import io.lockkeeper.restore.RestoreTestStore.Evidence;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A report as one page of HTML that needs nothing else, now or in ten years. Whatever comes from a
/// database is escaped, signs that cannot be seen included.
final class ReportPage {
    private static final String STYLE = """
            body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
            h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid #ccc}
            table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0}
            th{font-weight:600;white-space:nowrap}td{overflow-wrap:anywhere}code,pre{font:13px/1.4 ui-monospace,monospace}
            pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:1rem}
            .verdict{font-weight:700;padding:.1rem .6rem;border:2px solid}.PROVEN{color:#05622b}.BROKEN{color:#a40000}
            @media print{body{margin:0}}""";

    /// Nothing runs, nothing is loaded, nothing is sent; the one style is named by its digest.
    static final String CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'sha256-"
            + Base64.getEncoder().encodeToString(Digest.bytes(STYLE))
            + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";

    private final RestoreReport report;
    private final Evidence evidence;
    private final StringBuilder html = new StringBuilder();

    ReportPage(RestoreReport report, Evidence evidence) {
        this.report = report;
        this.evidence = evidence;
    }

    String html() {
        String title = "Restore test " + report.restoreTest() + " of "
                + report.tested().target();
        html.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n<p><span class=\"verdict ")
                .append(report.verdict())
                .append("\">")
                .append(report.verdict())
                .append("</span> ")
                .append(
                        report.verdict() == Verdict.PROVEN
                                ? "The backup was restored, and nothing that was looked at speaks against it."
                                : "What speaks against the backup stands below.")
                .append("</p>\n");
        reasons();
        tested();
        how();
        times();
        notes();
        checks();
        evidence();
        return html.append("</body></html>\n").toString();
    }

    private void reasons() {
        if (report.reasons().isEmpty()) {
            return;
        }
        heading("Reasons");
        table(List.of("Code", "What", "SQLSTATE", "Why"));
        report.reasons().forEach(reason -> row(reason.code(), reason.subject(), reason.sqlState(), reason.detail()));
        end();
        if (report.reasonCount() > report.reasons().size()) {
            paragraph("And " + (report.reasonCount() - report.reasons().size()) + " more.");
        }
    }

    private void tested() {
        RestoreReport.Tested tested = report.tested();
        heading("What was restored");
        table(List.of());
        fact(
                "Backup",
                tested.backup() + ", " + tested.method() + (tested.format() == null ? "" : ", " + tested.format()));
        if (tested.origin() != null) {
            fact(
                    "Kept by",
                    tested.origin().tool() + ", as " + tested.origin().label() + " in repository "
                            + tested.origin().repository());
        }
        fact("Target", tested.target());
        fact("Database", tested.database());
        String tools = tested.toolVersion() == null ? "" : ", backed up by tools of version " + tested.toolVersion();
        fact("Server", tested.serverVersion() + tools);
        fact("State of the data", report.dataAt());
        fact("Depot and folder", tested.depot() + ", " + tested.folder());
        fact("SHA-256 of its manifest", tested.sha256());
        fact("SHA-256 of its fingerprint", tested.fingerprint());
        fact("Bytes in the depot", tested.bytes());
        fact("Bytes as its tool wrote them", tested.rawBytes());
        fact("Key", tested.key());
        end();
    }

    private void how() {
        Compared compared = report.compared();
        heading("How it was compared");
        table(List.of());
        fact("Restored into", "a throw-away PostgreSQL " + report.means().server());
        fact("To the time", report.means().until());
        fact(
                "Content",
                switch (compared.content()) {
                    case FULL -> "every row by its hash, every large object by its digest";
                    case COUNTS -> "rows of each table and sizes of large objects; not their values";
                    case NONE -> "not compared";
                });
        fact("Tables", compared.tables() + " with " + compared.rows() + " rows");
        fact("Large objects", compared.largeObjects());
        fact("Sequences", compared.sequences());
        fact("Definitions", compared.definitions());
        fact("Lockkeeper", report.means().lockkeeper());
        end();
    }

    private void times() {
        heading("Times");
        table(List.of());
        fact("Began", report.beganAt());
        fact("Ended", report.endedAt());
        fact("Time to restore", report.timeToRestoreMs() == null ? "never usable" : ms(report.timeToRestoreMs()));
        fact("Age of the data when it began", report.dataAgeSeconds() + " s");
        fact("Bytes of the copy", report.restoredBytes());
        report.phases().forEach(phase -> fact("Phase " + phase.name(), ms(phase.ms())));
        end();
    }

    private void notes() {
        if (!report.notes().isEmpty()) {
            heading("Notes");
            html.append("<ul>");
            report.notes()
                    .forEach(note -> html.append("<li>").append(escaped(note)).append("</li>\n"));
            html.append("</ul>\n");
        }
    }

    private void checks() {
        if (!report.checks().isEmpty()) {
            heading("The team's own checks");
            table(List.of("Check", "Passed", "Expected", "Found", "Problem"));
            report.checks()
                    .forEach(check -> row(
                            check.name(),
                            check.passed() ? "yes" : "no",
                            check.expected(),
                            check.found(),
                            check.problem()));
            end();
        }
    }

    private void evidence() {
        heading("Evidence");
        paragraph("SHA-256 of the report below, byte for byte: " + evidence.sha256());
        html.append("<pre>").append(escaped(evidence.report())).append("</pre>\n");
    }

    private void heading(String text) {
        html.append("<h2>").append(escaped(text)).append("</h2>\n");
    }

    private void paragraph(String text) {
        html.append("<p>").append(escaped(text)).append("</p>\n");
    }

    private void table(List<String> heads) {
        html.append("<table>");
        if (!heads.isEmpty()) {
            html.append("<tr>");
            heads.forEach(head -> html.append("<th>").append(escaped(head)).append("</th>"));
            html.append("</tr>\n");
        }
    }

    private void row(@Nullable Object... cells) {
        html.append("<tr>");
        for (Object cell : cells) {
            html.append("<td>")
                    .append(cell == null ? "" : escaped(cell.toString()))
                    .append("</td>");
        }
        html.append("</tr>\n");
    }

    private void fact(String name, @Nullable Object value) {
        if (value != null) {
            html.append("<tr><th>").append(escaped(name)).append("</th><td>").append(escaped(value.toString()));
            html.append("</td></tr>\n");
        }
    }

    private void end() {
        html.append("</table>\n");
    }

    private static String ms(long ms) {
        return ms / 1000 + "." + String.format("%03d", ms % 1000) + " s";
    }

    /// Also signs that hide, or that turn text around.
    static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(sign -> {
            switch (sign) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                case '\'' -> safe.append("&#39;");
                case '\n' -> safe.append('\n');
                default -> {
                    if (isInvisible(sign)) {
                        safe.append("\\u{").append(Integer.toHexString(sign)).append('}');
                    } else {
                        safe.appendCodePoint(sign);
                    }
                }
            }
        });
        return safe.toString();
    }

    private static boolean isInvisible(int sign) {
        int type = Character.getType(sign);
        return type == Character.CONTROL || type == Character.FORMAT || type == Character.SURROGATE;
    }
}
