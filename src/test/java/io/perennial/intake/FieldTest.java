package io.perennial.intake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FieldTest {

    private final Field field = Field.required("customer_id", "client_id", "e_mail");

    @Test
    void aHeaderMeansAFieldWithoutRegardToCaseSpacesAndPunctuation() {
        assertThat(field.isNamed("customer_id")).isTrue();
        assertThat(field.isNamed("Customer ID")).isTrue();
        assertThat(field.isNamed("CustomerId")).isTrue();
        assertThat(field.isNamed(" customer-id: ")).isTrue();
        assertThat(field.isNamed("Client ID")).isTrue();
        assertThat(field.isNamed("E-Mail")).isTrue();
    }

    @Test
    void aHeaderThatOnlyResemblesAFieldIsAnother() {
        assertThat(field.isNamed("customer")).isFalse();
        assertThat(field.isNamed("customer_id_2")).isFalse();
        assertThat(field.isNamed("")).isFalse();
    }
}
