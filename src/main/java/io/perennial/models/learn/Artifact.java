package io.perennial.models.learn;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * The envelope of everything that is stored of a model, by which a damaged or foreign artifact is told before anything in
 * it is believed: four bytes that say what it is, its format's version, the length of the content and its CRC-32, all
 * big-endian, and the content.
 */
final class Artifact {

    private static final int HEADER = 4 * Integer.BYTES;

    private Artifact() {}

    /** Writes the content. */
    @FunctionalInterface
    interface Writer {
        void write(DataOutputStream out) throws IOException;
    }

    /** Reads the content. */
    @FunctionalInterface
    interface Reader<T> {
        T read(DataInputStream in) throws IOException;
    }

    /**
     * Writes content and its envelope.
     *
     * @param kind four ASCII characters
     */
    static byte[] write(String kind, int version, Writer writer) {
        try {
            var bytes = new ByteArrayOutputStream();
            try (var out = new DataOutputStream(bytes)) {
                writer.write(out);
            }
            var content = bytes.toByteArray();
            return ByteBuffer.allocate(HEADER + content.length)
                    .putInt(number(kind))
                    .putInt(version)
                    .putInt(content.length)
                    .putInt(checksum(content))
                    .put(content)
                    .array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what {@link #write} wrote. Fails with an {@link IllegalArgumentException} on anything else. */
    static <T> T read(byte[] bytes, String kind, int version, Reader<T> reader) {
        if (bytes.length < HEADER) {
            throw new IllegalArgumentException("A model's artifact ends after %d bytes".formatted(bytes.length));
        }
        var header = ByteBuffer.wrap(bytes);
        if (header.getInt() != number(kind)) {
            throw new IllegalArgumentException("A model's artifact does not begin with " + kind);
        }
        var written = header.getInt();
        if (written != version) {
            throw new IllegalArgumentException(
                    "A model's artifact has version %d, only %d can be read".formatted(written, version));
        }
        var length = header.getInt();
        var checksum = header.getInt();
        var content = new byte[header.remaining()];
        header.get(content);
        if (length != content.length || checksum != checksum(content)) {
            throw new IllegalArgumentException("A model's artifact is damaged");
        }
        try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
            var read = reader.read(in);
            if (in.available() > 0) {
                throw new IllegalArgumentException("A model's artifact goes on after its end");
            }
            return read;
        } catch (IOException e) {
            throw new IllegalArgumentException("A model's artifact ends too early", e);
        }
    }

    /** Writes bytes after their number. */
    static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /** Reads what {@link #writeBytes} wrote. */
    static byte[] readBytes(DataInputStream in) throws IOException {
        var length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IllegalArgumentException("A model's artifact ends too early");
        }
        return in.readNBytes(length);
    }

    private static int number(String kind) {
        return ByteBuffer.wrap(kind.getBytes(StandardCharsets.US_ASCII)).getInt();
    }

    private static int checksum(byte[] content) {
        var crc = new CRC32();
        crc.update(content);
        return (int) crc.getValue();
    }
}
