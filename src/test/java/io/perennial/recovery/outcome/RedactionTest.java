package io.perennial.recovery.outcome;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RedactionTest {

    @Test
    void codesLinksAndSecretsAreLeftOutWhereverTheyAre() {
        var noted = new JsonObject()
                .put("step", 2)
                .put("offer_code", "STAY-7K3M-9QXD-R2VH-5TBN")
                .put("codeword", "kept")
                .put("cta_url", "https://shop.example/r/abc")
                .put("note", "Told her stay-7k3m-9qxd-r2vh-5tbn, see https://shop.example/r/abc too")
                .put(
                        "offers",
                        new JsonArray()
                                .add(new JsonObject().put("type", "discount").put("code", "X"))
                                .add("plain"))
                .put("more", new JsonObject().put("token", "t").put("kept", true));

        assertThat(Redaction.of(noted))
                .isEqualTo(Map.of(
                        "step",
                        2,
                        "codeword",
                        "kept",
                        "note",
                        "Told her …, see … too",
                        "offers",
                        List.of(Map.of("type", "discount"), "plain"),
                        "more",
                        Map.of("kept", true)));
    }

    @Test
    void aTextThatIsNotThereStaysSo() {
        assertThat(Redaction.text(null)).isNull();
        assertThat(Redaction.text("quiet_hours")).isEqualTo("quiet_hours");
    }
}
