package io.perennial.intake;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The text of a file.
 *
 * @param reader after the byte order mark, if there is one
 * @param charset of the file: what its byte order mark says, else what was declared
 */
record TextBody(BufferedReader reader, Charset charset) {

    /** How much is read at once. */
    static final int BUFFER = 1 << 16;

    private static final int MARK_LENGTH = 3;

    private static final List<Charset> MARKED =
            List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16BE, StandardCharsets.UTF_16LE);

    /** Begins to read a body in a charset, which a byte order mark overrules. */
    static TextBody of(InputStream body, Charset declared) throws IOException {
        var bytes = new PushbackInputStream(body, MARK_LENGTH);
        var start = bytes.readNBytes(MARK_LENGTH);
        bytes.unread(start);
        var charset = charset(start, declared);
        var reader = new BufferedReader(new InputStreamReader(bytes, charset), BUFFER);
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
        return new TextBody(reader, charset);
    }

    private static Charset charset(byte[] start, Charset declared) {
        return MARKED.stream()
                .filter(marked -> {
                    var mark = "\uFEFF".getBytes(marked);
                    return Arrays.equals(mark, Arrays.copyOf(start, mark.length));
                })
                .findFirst()
                .orElse(declared);
    }
}
