package io.perennial.intake;

import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import io.perennial.platform.ProblemType;

/**
 * A file on its way in.
 *
 * @param mediaType CSV, NDJSON or JSON, with an optional charset
 * @param fileName may be null; tells the format when the media type does not
 * @param dateFormat {@code ymd}, {@code dmy} or {@code mdy}; null to find out
 * @param decimalMark a point or a comma; null to find out
 */
public record Upload(InputStream body, String mediaType, String fileName, String dateFormat, String decimalMark) {

    /** The formats that an upload can have. */
    enum Format {
        CSV,
        NDJSON,
        JSON
    }

    private static final List<String> UNSPECIFIC = List.of("application/octet-stream", "text/plain");

    Format format() {
        var type = essence();
        if (type.isEmpty() || UNSPECIFIC.contains(type)) {
            type = fileName == null ? "" : fileName.toLowerCase(Locale.ROOT).replaceFirst("^.*\\.", "");
        }
        return switch (type) {
            case "text/csv", "application/csv", "application/vnd.ms-excel", "csv", "tsv", "txt", "" -> Format.CSV;
            case "application/x-ndjson",
                    "application/ndjson",
                    "application/jsonl",
                    "application/x-jsonlines",
                    "ndjson",
                    "jsonl" -> Format.NDJSON;
            case "application/json", "text/json", "json" -> Format.JSON;
            default ->
                throw ProblemType.UNSUPPORTED_MEDIA_TYPE.problem(
                        "%s is not CSV (text/csv), NDJSON (application/x-ndjson) or JSON (application/json)", type);
        };
    }

    /** What an upload says about itself besides its content. */
    String parameters() {
        return "%s %s %s %s".formatted(mediaType, fileName, dateFormat, decimalMark);
    }

    /** This upload with a body that computes the SHA-256 of what is read from it, if wanted. */
    Upload digested(boolean wanted) {
        try {
            var digested = new DigestInputStream(body, MessageDigest.getInstance("SHA-256"));
            digested.on(wanted);
            return new Upload(digested, mediaType, fileName, dateFormat, decimalMark);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The SHA-256, in hexadecimal, of what has been read of a {@link #digested} upload. */
    String digest() {
        return HexFormat.of()
                .formatHex(((DigestInputStream) body).getMessageDigest().digest());
    }

    private String essence() {
        return mediaType == null
                ? ""
                : mediaType.replaceFirst(";.*$", "").strip().toLowerCase(Locale.ROOT);
    }

    Charset charset() {
        var name = Optional.ofNullable(mediaType)
                .map(type -> type.replaceFirst("(?i)^.*;\\s*charset=\"?([^\";]+).*$", "$1"))
                .filter(charset -> !charset.equals(mediaType));
        try {
            return name.map(Charset::forName).orElse(StandardCharsets.UTF_8);
        } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
            throw ProblemType.UNSUPPORTED_MEDIA_TYPE.problem("The charset %s is not known", name.get());
        }
    }
}
