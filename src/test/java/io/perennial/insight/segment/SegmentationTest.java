package io.perennial.insight.segment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import io.perennial.testing.Api;
import io.perennial.testing.ServiceTest;

@ServiceTest
class SegmentationTest {

    @Test
    void everyCustomerOfTheOrganizationGetsASegment() {
        var organization = Api.organization("ecommerce");
        Api.uploadTransactions(organization, """
                        customer_id,occurred_at,amount
                        a,2025-01-01,10
                        a,2025-02-01,20
                        b,2025-01-15,5
                        """).then().statusCode(200);

        var result = Api.segment(organization, "2025-03-01T00:00:00Z")
                .then()
                .statusCode(200)
                .extract();

        assertThat(result.<Integer>path("total_customers")).isEqualTo(2);
        assertThat(result.<Integer>path("segmented")).isEqualTo(2);
    }
}
