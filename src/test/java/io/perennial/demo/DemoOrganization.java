package io.perennial.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.IntStream;

import io.perennial.tenant.OrgType;
import io.perennial.testing.Api;

/** Organizations with the customers of the demo, for tests that need a history to learn from. */
public final class DemoOrganization {

    private DemoOrganization() {}

    /** A telecom business with so many customers. */
    public static UUID telecom(int count) {
        var id = Api.organization("telecom");
        var industry = DemoCustomers.industry(OrgType.TELECOM);
        var now = Instant.parse("2026-01-01T00:00:00Z");
        var customers = IntStream.rangeClosed(1, count)
                .mapToObj(number -> DemoCustomer.invent(industry, DemoCustomers.SEED, number, now))
                .toList();
        Api.upload(id, "customers", CustomerFiles.customers(customers)).then().statusCode(200);
        Api.uploadTransactions(id, CustomerFiles.transactions(customers)).then().statusCode(200);
        Api.upload(id, "events", CustomerFiles.events(customers)).then().statusCode(200);
        Api.segment(id, now.minus(Duration.ofDays(30)).toString()).then().statusCode(200);
        Api.asAdmin()
                .contentType("text/csv")
                .queryParam("as_of", now.toString())
                .body(CustomerFiles.churnScores(industry, count, DemoCustomers.SEED, now))
                .post("/api/v1/segmentation/organizations/{org_id}/segment", id)
                .then()
                .statusCode(200);
        return id;
    }
}
