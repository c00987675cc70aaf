package io.perennial.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one benchmark found: a section of the document of all figures, which the other sections stay in as they are. It goes
 * to the documentation when the benchmark had its full size, and beside the build's other results otherwise.
 */
final class Report {

    private static final Path DOCUMENTATION = Path.of("docs", "benchmarks.md");
    private static final Path TRIAL = Path.of("target", "benchmarks.md");
    private static final String HEADING = "\n## ";

    private static final String INTRODUCTION = """
            # Benchmarks

            Written by `mvn verify -Pbench -Dbench.data=<folder of the public data sets>`; with `-Dtest=<name>` one benchmark
            measures anew, and the other sections stay. Each figure of speed is set against a floor that is measured in the
            same run, on the same machine and the same database, in turn with ours; both are medians of their rounds.
            """;

    private final String title;
    private final String explanation;
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();

    /**
     * Of nothing yet.
     *
     * @param explanation what ours and the floor are, with a table of its own where there is one
     */
    Report(String title, String explanation) {
        this.title = title;
        this.explanation = explanation;
    }

    void add(Figure figure) {
        figures.add(figure);
    }

    /** Something that the table has no column for. */
    void note(String note) {
        notes.add(note);
    }

    /** Prints the section and writes it in place of what it said before. */
    void write(Owner owner) throws SQLException {
        var section = section(owner);
        System.out.println(HEADING + title + section);
        var file = Size.FULL ? DOCUMENTATION : TRIAL;
        try {
            var sections = sections(file);
            sections.put(title, section);
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    sections.entrySet().stream()
                            .map(entry -> HEADING + entry.getKey() + entry.getValue())
                            .collect(Collectors.joining("", INTRODUCTION, "")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> sections(Path file) throws IOException {
        var sections = new LinkedHashMap<String, String>();
        if (Files.exists(file)) {
            var parts = Files.readString(file).split(HEADING);
            for (var part : List.of(parts).subList(1, parts.length)) {
                var end = part.indexOf('\n');
                sections.put(part.substring(0, end), part.substring(end));
            }
        }
        return sections;
    }

    private String section(Owner owner) throws SQLException {
        var section = new StringBuilder("\n\n").append(explanation.strip()).append('\n');
        if (!figures.isEmpty()) {
            section.append("\n| What | Ours | Floor | Ratio | Target |\n|---|---|---|---|---|\n");
            figures.forEach(figure -> section.append(figure.row()).append('\n'));
        }
        if (!notes.isEmpty()) {
            section.append('\n');
            notes.forEach(note -> section.append("- ").append(note).append('\n'));
        }
        return section.append('\n').append(machine(owner)).toString();
    }

    private static String machine(Owner owner) throws SQLException {
        var system = ManagementFactory.getOperatingSystemMXBean();
        return """
                *%s, %d cores (%s, %s) for service, database and load; Java %s; PostgreSQL %s, `shared_buffers = %s`,
                `fsync = %s`, `synchronous_commit = %s`*
                """.formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        system.getAvailableProcessors(),
                        system.getName(),
                        system.getArch(),
                        Runtime.version(),
                        owner.setting("server_version"),
                        owner.setting("shared_buffers"),
                        owner.setting("fsync"),
                        owner.setting("synchronous_commit"));
    }
}
