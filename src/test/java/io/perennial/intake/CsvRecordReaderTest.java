package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.ProblemException;

class CsvRecordReaderTest {

    private static final List<Field> FIELDS =
            List.of(Field.required("customer_id", "client"), Field.required("amount", "total"), Field.optional("note"));

    private final LineErrors errors = new LineErrors();

    private CsvRecordReader open(InputStream body, Charset charset) throws IOException {
        return new CsvRecordReader(TextBody.of(body, charset), FIELDS, errors);
    }

    private CsvRecordReader open(String text) throws IOException {
        return open(bytes(text, StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static InputStream bytes(String text, Charset charset) {
        return new ByteArrayInputStream(text.getBytes(charset));
    }

    private List<InputRecord> read(String text) throws IOException {
        return all(open(text));
    }

    private static List<InputRecord> all(RecordReader reader) throws IOException {
        var records = new ArrayList<InputRecord>();
        for (var record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t", "|"})
    void theDelimiterIsFoundOutFromTheHeader(String delimiter) throws IOException {
        var reader = open("customer_id,\"amount\",color\na,1,red\n".replace(",", delimiter));

        var record = reader.next();

        assertThat(record.values()).containsExactly("a", "1", null);
        assertThat(record.attributes().getMap()).containsOnlyKeys("color").containsEntry("color", "red");
        assertThat(reader.understood().delimiter()).isEqualTo(delimiter);
        assertThat(reader.understood().columns())
                .containsExactly(entry("customer_id", "customer_id"), entry("amount", "amount"));
        assertThat(reader.understood().attributes()).containsExactly("color");
        assertThat(reader.next()).isNull();
        assertThat(reader.next()).isNull();
    }

    @Test
    void aDelimiterInsideOfQuotesDoesNotCount() throws IOException {
        var reader = open("\"note, with, commas, inside\";customer_id;amount\nx;a;1\n");

        assertThat(reader.understood().delimiter()).isEqualTo(";");
        assertThat(reader.next().values()).containsExactly("a", "1", null);
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstName() throws IOException {
        assertThat(read("\uFEFFcustomer_id,amount\na,1\n").get(0).values()).containsExactly("a", "1", null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16LE", "UTF-16BE"})
    void aByteOrderMarkTellsTheEncoding(String charset) throws IOException {
        var body = bytes("\uFEFFcustomer_id,amount\nJosé,1\n", Charset.forName(charset));

        var reader = open(body, StandardCharsets.UTF_8);

        assertThat(reader.next().values()).containsExactly("José", "1", null);
        assertThat(reader.understood().encoding()).isEqualTo(charset);
    }

    @Test
    void utf16IsReadWithItsMarkAndWithout() throws IOException {
        for (var text : List.of("customer_id,amount\na,1", "\uFEFFcustomer_id,amount\na,1")) {
            var reader = open(bytes(text, StandardCharsets.UTF_16BE), StandardCharsets.UTF_16);

            assertThat(all(reader))
                    .singleElement()
                    .satisfies(record -> assertThat(record.values()).containsExactly("a", "1", null));
        }
    }

    @Test
    void aRecordKnowsTheLineItBeginsIn() throws IOException {
        var records = read("""
                customer_id,amount,note

                a,1,"two
                lines, and a ""quote\"""
                b,2,

                c,3,x
                """);

        assertThat(records).extracting(InputRecord::line).containsExactly(3L, 5L, 7L);
        assertThat(records.get(0).values()).containsExactly("a", "1", "two\nlines, and a \"quote\"");
        assertThat(records.get(1).values()).containsExactly("b", "2", null);
    }

    @Test
    void linesMayEndInEitherWayAndTheLastInNone() throws IOException {
        var records = read("customer_id,amount\r\na,1\r\nb,2\rc,3");

        assertThat(records).extracting(record -> record.values()[0]).containsExactly("a", "b", "c");
        assertThat(records).extracting(InputRecord::line).containsExactly(2L, 3L, 4L);
    }

    @Test
    void emptyLinesBeforeTheHeaderAreSkipped() throws IOException {
        assertThat(read("\n\r\ncustomer_id;amount\na;1\n").get(0).values()).containsExactly("a", "1", null);
    }

    @Test
    void aRaggedRowIsReportedAndTheOthersAreRead() throws IOException {
        var records = read("customer_id,amount,note\na,1\nb,2,x,y\nc,3,z\n");

        assertThat(records).extracting(record -> record.values()[0]).containsExactly("c");
        assertThat(errors.count()).isEqualTo(2);
        assertThat(errors.shown())
                .extracting(error -> error.line() + " " + error.reason())
                .containsExactly("2 has 2 fields instead of 3", "3 has 4 fields instead of 3");
    }

    @Test
    void spacesAroundValuesAreDroppedAndEmptyValuesAreMissing() throws IOException {
        var record = read("customer_id , amount, note,color\n a , 1 ,  , \n").get(0);

        assertThat(record.values()).containsExactly("a", "1", null);
        assertThat(record.attributes()).isNull();
    }

    @Test
    void aFieldGoesToTheColumnWithItsOwnNameAndTheAliasBecomesAnAttribute() throws IOException {
        var reader = open("total,amount,client\n9,1,a\n");

        var record = reader.next();

        assertThat(record.values()).containsExactly("a", "1", null);
        assertThat(record.attributes().getMap()).containsEntry("total", "9");
    }

    @Test
    void aFieldGoesToTheFirstOfTwoColumnsThatNameIt() throws IOException {
        var record = read("client,Total,total\na,1,9\n").get(0);

        assertThat(record.values()).containsExactly("a", "1", null);
        assertThat(record.attributes().getMap()).containsEntry("total", "9");
    }

    @Test
    void aHeaderAloneIsAFileWithoutRecords() throws IOException {
        assertThat(read("customer_id,amount")).isEmpty();
        assertThat(errors.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uFEFF", "\n\n"})
    void anEmptyFileIsRefused(String text) {
        assertThatThrownBy(() -> open(text))
                .isInstanceOf(ProblemException.class)
                .hasMessage("The file is empty; its first line names the columns");
    }

    @Test
    void aMissingColumnIsRefusedAndTheKnownNamesAreTold() {
        assertThatThrownBy(() -> open("customer_id,colour\na,red\n"))
                .isInstanceOf(ProblemException.class)
                .hasMessage(
                        "No column of the file is a amount. Its columns are: customer_id, colour. Known names: total");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customer_id,amount,note\na,1,\"never closed\nb,2,x\nc,3,y\n",
                "customer_id,amount,note\na,1,\"never closed",
                "customer_id,amount,note\na,1,\"never \"\"closed\"\"",
                "customer_id,amount,note\na,1,\""
            })
    void aQuoteThatIsNeverClosedSwallowsNothing(String text) throws IOException {
        var reader = open(text);

        assertThatThrownBy(() -> all(reader))
                .isInstanceOf(ProblemException.class)
                .hasMessage("Unclosed quoted field at end of input (record starting at line 2). Nothing was kept.");
    }

    @Test
    void aRecordThatIsTooLongIsRefused() throws IOException {
        var reader = open("customer_id,amount\na," + "1".repeat(RecordReader.MAX_RECORD + 1) + "\n");

        assertThatThrownBy(reader::next)
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("maximum buffer size of 1048576")
                .hasMessageEndingWith("(record starting at line 2). Nothing was kept.");
    }

    @Test
    void aConnectionThatBreaksIsNotTheEndOfTheFile() throws IOException {
        var broken = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Connection was closed");
            }
        };
        var reader = open(
                new SequenceInputStream(bytes("customer_id,amount\na,1\n", StandardCharsets.UTF_8), broken),
                StandardCharsets.UTF_8);

        assertThatThrownBy(() -> all(reader)).isInstanceOf(IOException.class).hasMessage("Connection was closed");
    }
}
