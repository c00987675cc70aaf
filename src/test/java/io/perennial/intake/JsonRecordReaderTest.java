package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.perennial.platform.ProblemException;

class JsonRecordReaderTest {

    private static final List<Field> FIELDS =
            List.of(Field.required("customer_id", "client"), Field.required("amount", "total"));

    private final LineErrors errors = new LineErrors();

    private List<InputRecord> read(String text, boolean lines) throws IOException {
        return read(text, lines, StandardCharsets.UTF_8);
    }

    private List<InputRecord> read(String text, boolean lines, Charset charset) throws IOException {
        var body = new ByteArrayInputStream(text.getBytes(charset));
        var reader = new JsonRecordReader(TextBody.of(body, StandardCharsets.UTF_8), lines, FIELDS, errors);
        var records = new ArrayList<InputRecord>();
        for (var record = reader.next(); record != null; record = reader.next()) {
            records.add(record);
        }
        return records;
    }

    @Test
    void anArrayIsReadObjectByObject() throws IOException {
        var records = read("""
                [
                  {"customer_id": "a", "amount": 12.5},
                  {"Client": 7, "total": "3", "vip": true, "tags": ["x", "y"]}
                ]""", false);

        assertThat(records).hasSize(2);
        assertThat(records.get(0).line()).isEqualTo(2);
        assertThat(records.get(0).values()).containsExactly("a", "12.5");
        assertThat(records.get(0).attributes()).isNull();
        assertThat(records.get(1).line()).isEqualTo(3);
        assertThat(records.get(1).values()).containsExactly("7", "3");
        assertThat(records.get(1).attributes().encode()).isEqualTo("{\"vip\":true,\"tags\":[\"x\",\"y\"]}");
    }

    @Test
    void oneObjectAloneIsOneRecord() throws IOException {
        assertThat(read("{\"customer_id\": \"a\", \"amount\": 1}", false))
                .singleElement()
                .satisfies(record -> assertThat(record.values()).containsExactly("a", "1"));
    }

    @Test
    void anObjectOfAttributesIsNotNested() throws IOException {
        var record = read("{\"customer_id\":\"a\",\"amount\":1,\"attributes\":{\"color\":\"red\"},\"size\":2}", false)
                .get(0);

        assertThat(record.attributes().encode()).isEqualTo("{\"color\":\"red\",\"size\":2}");
    }

    @Test
    void nullAndBlankValuesAreMissing() throws IOException {
        var record = read("{\"customer_id\":\"  \",\"amount\":null}", false).get(0);

        assertThat(record.values()).containsExactly(null, null);
    }

    @Test
    void anAmountKeepsAllItsDigits() throws IOException {
        assertThat(read("{\"customer_id\":\"a\",\"amount\":1234567890123.0001}", false)
                        .get(0)
                        .values()[1])
                .isEqualTo("1234567890123.0001");
    }

    @Test
    void aByteOrderMarkIsNotPartOfTheDocument() throws IOException {
        assertThat(read("\uFEFF[{\"customer_id\":\"a\",\"amount\":1}]", false)).hasSize(1);
        assertThat(read("\uFEFF{\"customer_id\":\"a\",\"amount\":1}\n", true)).hasSize(1);
        assertThat(read("\uFEFF{\"customer_id\":\"é\",\"amount\":1}", true, StandardCharsets.UTF_16LE)
                        .get(0)
                        .values()[0])
                .isEqualTo("é");
        assertThat(errors.count()).isZero();
    }

    @Test
    void aBadLineCostsThatLineOnly() throws IOException {
        var records = read("""
                {"customer_id":"a","amount":1}

                {"customer_id":
                42
                {"customer_id":"b","amount":NaN}
                {"customer_id":"c","amount":2}
                """, true);

        assertThat(records).extracting(record -> record.values()[0]).containsExactly("a", "c");
        assertThat(records).extracting(InputRecord::line).containsExactly(1L, 6L);
        assertThat(errors.shown()).extracting(error -> error.line()).containsExactly(3L, 4L, 5L);
        assertThat(errors.shown().get(1).reason()).isEqualTo("is not a JSON object");
        assertThat(errors.shown().get(2).reason()).startsWith("is not JSON: ");
    }

    @Test
    void anElementThatIsNoObjectIsReported() throws IOException {
        var records = read("[1,\n{\"customer_id\":\"a\",\"amount\":1},\n\"x\"]", false);

        assertThat(records).hasSize(1);
        assertThat(errors.shown()).extracting(error -> error.line()).containsExactly(1L, 3L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{\"customer_id\":\"a\",\"amount\":1},\n",
                "[{\"customer_id\":\"a\",\"amount\":1}",
                "[{\"customer_id\":\"a\" \"amount\":1}]",
                "[{\"customer_id\":\"a\",\"customer_id\":\"b\"}]",
                "{\"customer_id\":\"a\",\"amount\":1} trailing",
                "[{\"customer_id\":\"a\",\"amount\":1}] [",
                "nonsense"
            })
    void aDocumentThatIsNotJsonIsRefused(String text) {
        assertThatThrownBy(() -> read(text, false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("is not JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " \n "})
    void anEmptyDocumentIsRefused(String text) {
        assertThatThrownBy(() -> read(text, false))
                .isInstanceOf(ProblemException.class)
                .hasMessage("The file is empty");
        assertThatThrownBy(() -> read(text, true))
                .isInstanceOf(ProblemException.class)
                .hasMessage("The file is empty");
    }

    @Test
    void anEmptyArrayHasNoRecords() throws IOException {
        assertThat(read("[]", false)).isEmpty();
    }

    @Test
    void aRecordThatIsTooLongIsRefused() {
        var field = "\"%d\":\"" + "x".repeat(500_000) + "\",";
        var record = new StringBuilder("{");
        for (var i = 0; i < 5; i++) {
            record.append(field.formatted(i));
        }
        record.append("\"customer_id\":\"a\"}");

        for (var lines : List.of(true, false)) {
            assertThatThrownBy(() -> read(record.toString(), lines))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("is longer than 1048576 characters");
        }
    }

    @Test
    void deepNestingIsRefused() {
        assertThatThrownBy(() -> read("[".repeat(100_000), false))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("nesting depth");
    }
}
