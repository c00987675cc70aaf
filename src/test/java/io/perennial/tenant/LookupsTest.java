package io.perennial.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import jakarta.inject.Inject;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class LookupsTest {

    private static final String WHO = "select txid_current()::text as transaction,"
            + " (select count(*) from organizations) as visible, (select min(id::text) from organizations) as own";

    @Inject
    TenantDatabase database;

    @Inject
    Vertx vertx;

    @Test
    void lookupsOfOneTurnShareATransactionAndSeeTheirOwnOrganizationOnly() {
        var first = Api.organization("banking");
        var second = Api.organization("telecom");

        var answers = inOneTurn(List.of(
                () -> database.lookup(first, WHO, Tuple.tuple()),
                () -> database.lookup(second, WHO, Tuple.tuple()),
                () -> database.lookup(first, WHO, Tuple.tuple())));

        assertThat(own(answers.get(0))).isEqualTo(first);
        assertThat(own(answers.get(1))).isEqualTo(second);
        assertThat(own(answers.get(2))).isEqualTo(first);
        assertThat(transaction(answers.get(0)))
                .isEqualTo(transaction(answers.get(2)))
                .isNotEqualTo(transaction(answers.get(1)));
    }

    @Test
    void aLookupThatFailsDoesNotTakeTheOthersWithIt() {
        var organization = Api.organization("banking");

        var answers = inOneTurn(List.of(
                () -> database.lookup(organization, WHO, Tuple.tuple()),
                () -> database.lookup(organization, "select 1 / $1::int", Tuple.of(0)),
                () -> database.lookup(organization, WHO, Tuple.tuple())));

        assertThat(own(answers.get(0))).isEqualTo(organization);
        assertThatThrownBy(() -> answers.get(1).join()).hasMessageContaining("division by zero");
        assertThat(own(answers.get(2))).isEqualTo(organization);
    }

    @Test
    void moreLookupsThanFitIntoOneTransactionAreAllAnswered() {
        var organization = Api.organization("banking");

        var answers = inOneTurn(IntStream.range(0, 50)
                .<Supplier<Uni<RowSet<Row>>>>mapToObj(
                        number -> () -> database.lookup(organization, "select $1::int as number", Tuple.of(number)))
                .toList());

        assertThat(answers)
                .extracting(answer -> answer.join().iterator().next().getInteger("number"))
                .containsExactlyElementsOf(IntStream.range(0, 50).boxed().toList());
    }

    private List<CompletableFuture<RowSet<Row>>> inOneTurn(List<Supplier<Uni<RowSet<Row>>>> lookups) {
        var asked = new CompletableFuture<List<CompletableFuture<RowSet<Row>>>>();
        vertx.getOrCreateContext()
                .runOnContext(turn -> asked.complete(lookups.stream()
                        .map(lookup -> lookup.get().subscribeAsCompletionStage())
                        .toList()));
        return asked.join();
    }

    private static UUID own(CompletableFuture<RowSet<Row>> answer) {
        var row = answer.join().iterator().next();
        assertThat(row.getLong("visible")).isEqualTo(1);
        return UUID.fromString(row.getString("own"));
    }

    private static String transaction(CompletableFuture<RowSet<Row>> answer) {
        return answer.join().iterator().next().getString("transaction");
    }
}
