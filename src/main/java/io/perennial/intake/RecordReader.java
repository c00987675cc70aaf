package io.perennial.intake;

import java.io.Closeable;
import java.io.IOException;

import io.perennial.platform.ProblemException;

/** Reads a file record by record; memory does not grow with the file. */
interface RecordReader extends Closeable {

    /** The longest record, in characters. One that is longer is nearly always a quote that is never closed. */
    int MAX_RECORD = 1 << 20;

    /**
     * The next good record; bad ones are reported and skipped.
     *
     * @return null at the end
     * @throws ProblemException when nothing more can be made of the file
     * @throws IOException when the connection is cut
     */
    InputRecord next() throws IOException;

    /** What the reader made of the file's format and columns. */
    Understood understood();
}
