package io.perennial.testing;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A real mail server where the service looks for one, with a line to it that can be bad. */
public final class MailServer {

    private final GreenMail server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
    private final AtomicInteger mails = new AtomicInteger();
    private final Line line = new Line() {
        @Override
        void say(Socket client, Socket inside) throws IOException {
            pass(client, inside);
        }
    };
    private volatile boolean refusesEveryThird;

    /** Whoever connects is answered from now on. */
    public void start() {
        server.start();
        up();
    }

    public void stop() {
        line.down();
        server.stop();
    }

    /** The line is good again. */
    public void up() {
        refusesEveryThird = false;
        line.up(Providers.mailPort(), server.getSmtp().getPort());
    }

    /** Nobody can connect. */
    public void down() {
        line.down();
    }

    /** Whoever connects is not answered. */
    public void silent() {
        line.silent(Providers.mailPort());
    }

    /** Every third mail is refused for the moment. */
    public void refuseEveryThird() {
        refusesEveryThird = true;
    }

    /** Everything that arrived, in the order of arrival. */
    public List<MimeMessage> mails() {
        return List.of(server.getReceivedMessages());
    }

    /** What arrived for a recipient, in the order of arrival. */
    public List<MimeMessage> mailsTo(String recipient) {
        return mails().stream().filter(mail -> isTo(mail, recipient)).toList();
    }

    private static boolean isTo(MimeMessage mail, String recipient) {
        try {
            return Arrays.stream(mail.getAllRecipients())
                    .anyMatch(to -> to.toString().contains(recipient));
        } catch (MessagingException e) {
            throw new AssertionError(e);
        }
    }

    private void pass(Socket client, Socket inside) throws IOException {
        var said = new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        for (var command = said.readLine(); command != null; command = said.readLine()) {
            if (command.startsWith("MAIL FROM:") && refusesEveryThird && mails.incrementAndGet() % 3 == 0) {
                write(client, "451 4.3.2 Try again later");
            } else {
                write(inside, command);
            }
        }
    }

    private static void write(Socket to, String text) throws IOException {
        to.getOutputStream().write((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        to.getOutputStream().flush();
    }
}
