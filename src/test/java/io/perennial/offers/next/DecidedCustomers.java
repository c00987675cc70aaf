package io.perennial.offers.next;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;

import io.perennial.tenant.CustomerId;
import io.perennial.testing.Api;
import io.perennial.testing.Database;

/** Customers for tests of what is decided about them. */
final class DecidedCustomers {

    static final int CUSTOMERS = 60;

    private static final double HELD_OUT = 0.05;

    private DecidedCustomers() {}

    static boolean holdsOut(UUID organization, String name) {
        return DecisionMaker.place(id(organization, name)) < HELD_OUT;
    }

    /** Customers without a segment, stage or consent, for whom there are the offers 1, 3 and 4. */
    static UUID organization() throws InterruptedException {
        var organization = Api.organization("ecommerce");
        var csv = new StringBuilder("customer_id,occurred_at,amount\n");
        for (var i = 0; i < CUSTOMERS; i++) {
            csv.append("c%d,2025-05-01,%d%nc%1$d,2025-06-01,%2$d%n".formatted(i, 100 + i));
        }
        Api.uploadTransactions(organization, csv.toString()).then().statusCode(200);
        assertThat(Api.run(organization, "features", "2025-06-30T00:00:00Z").getString("status"))
                .isEqualTo("completed");
        return organization;
    }

    static List<String> names(UUID organization, boolean heldOut) {
        return IntStream.range(0, CUSTOMERS)
                .mapToObj(i -> "c" + i)
                .filter(name -> holdsOut(organization, name) == heldOut)
                .toList();
    }

    static UUID id(UUID organization, String name) {
        return CustomerId.of(organization, name);
    }

    static JsonPath next(UUID organization, String name) {
        return Api.asAdmin()
                .get("/api/v1/customers/{id}/next-best-offer", id(organization, name))
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    static ValidatableResponse tell(UUID organization, String name, String decision, String outcome) {
        return Api.asAdmin()
                .contentType("application/json")
                .body(Map.of("outcome", outcome))
                .post("/api/v1/customers/{customer}/decisions/{decision}/feedback", id(organization, name), decision)
                .then();
    }

    static String logged(String what, String decision) throws SQLException {
        return Database.text(
                "select (%s)::text from offer_decisions where decision_id = ?::uuid".formatted(what), decision);
    }
}
