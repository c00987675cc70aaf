package io.perennial.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A line to a server that can be cut, or go silent. */
class Line {

    private final List<Socket> ends = new CopyOnWriteArrayList<>();
    private ServerSocket entrance;
    private Thread doorkeeper;

    /** Lets whoever connects to one port speak with whom listens at the other. */
    void up(int outside, int inside) {
        open(outside, client -> connect(client, inside));
    }

    /** Whoever connects is never answered. */
    void silent(int outside) {
        open(outside, client -> {});
    }

    private void open(int outside, Work<Socket> each) {
        down();
        try {
            entrance = new ServerSocket(outside, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var listening = entrance;
        doorkeeper = start(() -> {
            while (!listening.isClosed()) {
                var client = listening.accept();
                ends.add(client);
                each.on(client);
            }
        });
    }

    /** Nobody can connect any more, and who has is cut off. */
    void down() {
        close(entrance);
        await(doorkeeper);
        ends.forEach(Line::close);
        ends.clear();
    }

    private void connect(Socket client, int inside) throws IOException {
        var server = new Socket("localhost", inside);
        ends.add(server);
        start(() -> {
            server.getInputStream().transferTo(client.getOutputStream());
            client.close();
        });
        start(() -> {
            say(client, server);
            server.close();
        });
    }

    /** Passes on what a client says, to its end. */
    void say(Socket client, Socket server) throws IOException {
        client.getInputStream().transferTo(server.getOutputStream());
    }

    private interface Work<T> {
        void on(T with) throws IOException;
    }

    private interface Talk {
        void go() throws IOException;
    }

    private static Thread start(Talk talk) {
        var thread = new Thread(() -> {
            try {
                talk.go();
            } catch (IOException cut) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Until somebody has stopped listening, nobody else can listen there. */
    private static void await(Thread thread) {
        try {
            if (thread != null) {
                thread.join(10_000);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void close(AutoCloseable end) {
        try {
            if (end != null) {
                end.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
