package io.perennial.outreach.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.ext.mail.SMTPException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MailAnswerTest {

    @ParameterizedTest
    @CsvSource({
        "550 5.1.1 No such user, LASTING, mailbox refused: 550",
        "550 No such user, LASTING, mailbox refused: 550",
        "552 5.2.2 Mailbox full, LASTING, mailbox refused: 552",
        "554 5.7.1 Looks like spam, DEFERRED, answered 554",
        "550 5.7.1 This sender may not be relayed, DEFERRED, answered 550",
        "451 4.7.1 Greylisted, DEFERRED, answered 451",
        "450 4.2.0 Greylisted, DEFERRED, answered 450",
        "421 4.3.2 Shutting down, PASSING, answered 421",
        "451 4.3.0 Queue file write error, PASSING, answered 451",
        "451 Local error, PASSING, answered 451",
        "452 4.3.1 Insufficient storage, PASSING, answered 452",
        "535 5.7.8 Authentication credentials invalid, PASSING, answered 535"
    })
    void aServerSpeaksOfTheMailboxTheMailOrItself(String answer, ChannelFailure.Kind kind, String reason) {
        var refused = new SMTPException(
                "recipient c1@harbor.example refused", Integer.parseInt(answer.substring(0, 3)), List.of(answer), true);

        var failure = EmailChannel.understood(refused);

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure).hasMessage(reason);
    }
}
