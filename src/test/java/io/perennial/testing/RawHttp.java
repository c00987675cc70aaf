package io.perennial.testing;

import io.restassured.RestAssured;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection that speaks HTTP by hand: to send what a well-behaved client would not. */
public final class RawHttp implements AutoCloseable {

    private final Socket socket;

    /** Connects to the service. */
    public RawHttp() throws IOException {
        this(RestAssured.port);
    }

    /** Connects to a service on a port of this machine. */
    public RawHttp(int port) throws IOException {
        socket = new Socket("localhost", port);
        socket.setSoTimeout(20_000);
    }

    /** Sends the head of a request, to which {@code Host} and the empty line are added. */
    public RawHttp head(String... lines) throws IOException {
        return send(String.join("\r\n", lines) + "\r\nHost: localhost\r\n\r\n");
    }

    /** Sends text as it is. */
    public RawHttp send(String text) throws IOException {
        out().write(text.getBytes(StandardCharsets.UTF_8));
        out().flush();
        return this;
    }

    /** Sends one chunk of a body of unknown length. */
    public RawHttp chunk(String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8).length;
        return send(Integer.toHexString(bytes) + "\r\n" + text + "\r\n");
    }

    /** All that the service answers until it closes the connection. */
    public String answer() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** The first line of the answer, as soon as it comes. */
    public String firstLine() throws IOException {
        var line = new StringBuilder();
        for (var c = socket.getInputStream().read();
                c != '\r' && c != -1;
                c = socket.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    private OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
