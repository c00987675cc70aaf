package io.perennial.intake;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The text of a file.
 *
 * @param reader after the byte order mark, if there is one
 * @param charset of the file: what its byte order mark says, else what was declared
 */
record TextBody(BufferedReader reader, Charset charset) {

    /** How much is read at once. */
    static final int BUFFER = 1 << 16;

    private static final int MARK_LENGTH = 2;

    /** Begins to read a body in a charset, which a byte order mark of UTF-16 overrules. */
    static TextBody of(InputStream body, Charset declared) throws IOException {
        var bytes = new PushbackInputStream(body, MARK_LENGTH);
        var mark = bytes.readNBytes(MARK_LENGTH);
        bytes.unread(mark);
        var charset = charset(mark, declared);
        var reader = new BufferedReader(new InputStreamReader(bytes, charset), BUFFER);
        reader.mark(1);
        if (reader.read() != '\uFEFF') {
            reader.reset();
        }
        return new TextBody(reader, charset);
    }

    private static Charset charset(byte[] mark, Charset declared) {
        if (mark.length == MARK_LENGTH && mark[0] == (byte) 0xFE && mark[1] == (byte) 0xFF) {
            return StandardCharsets.UTF_16BE;
        }
        if (mark.length == MARK_LENGTH && mark[0] == (byte) 0xFF && mark[1] == (byte) 0xFE) {
            return StandardCharsets.UTF_16LE;
        }
        return declared;
    }
}
