package io.perennial.offers;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import io.perennial.insight.lifecycle.Stage;
import io.perennial.testing.Api;
import io.perennial.testing.Database;
import io.perennial.testing.ServiceTest;

@ServiceTest
class DefaultCatalogTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Inject
    Offers offers;

    private List<Offer> active(UUID organization) {
        return offers.active(organization).await().atMost(PATIENCE);
    }

    @Test
    void anOrganizationBeginsWithTheEightOffersThatAModelCanChooseFrom() {
        var catalog = active(Api.organization("banking"));

        assertThat(catalog).extracting(Offer::offerId).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(catalog).extracting(Offer::name).doesNotHaveDuplicates();
        assertThat(catalog).allSatisfy(offer -> {
            assertThat(offer.isActive()).isTrue();
            assertThat(offer.description()).hasSizeGreaterThan(40).endsWith(".");
            assertThat(offer.cost()).isPositive().isLessThan(offer.margin());
            assertThat(offer.industries()).isEmpty();
            assertThat(offer.redemptions()).isZero();
            assertThat(offer.version()).isEqualTo(1);
            assertThat(offer.contactLimit().days()).isEqualTo(30);
            assertThat(offer.updatedAt()).isEqualTo(offer.createdAt());
        });
    }

    @Test
    void theyReachFromTheFirstStageToTheLastThatCanBeWon() {
        var catalog = active(Api.organization("trades"));

        assertThat(catalog.stream().map(Offer::lifecycleStage).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        Stage.ACQUISITION, Stage.ONBOARDING, Stage.GROWTH, Stage.RETENTION, Stage.WIN_BACK);
        assertThat(catalog.stream().map(Offer::category).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("points", "service", "access", "discount", "credit");
        assertThat(catalog.get(6).targetSegment()).isEqualTo("at_risk");
        assertThat(catalog.get(7).consentNeeded()).isTrue();
    }

    @Test
    void anOfferIsFoundByItsIdActiveOrNot() throws SQLException {
        var organization = Api.organization("telecom");
        Database.execute("update offers set is_active = false where offer_id = 4 and organization_id = '%s'"
                .formatted(organization));

        var offer = offers.find(organization, 4).await().atMost(PATIENCE);

        assertThat(offer.name()).isEqualTo("Loyalty discount");
        assertThat(offer.cost()).isEqualTo(new BigDecimal("10.00"));
        assertThat(offer.isActive()).isFalse();
        assertThat(active(organization)).extracting(Offer::offerId).containsExactly(0, 1, 2, 3, 5, 6, 7);
        assertThat(offers.find(organization, 8).await().atMost(PATIENCE)).isNull();
    }

    @Test
    void everyOrganizationHasACatalogOfItsOwn() throws SQLException {
        var one = Api.organization("banking");
        var other = Api.organization("banking");
        Database.execute("delete from offers where organization_id = '%s'".formatted(one));

        assertThat(active(one)).isEmpty();
        assertThat(active(other)).hasSize(8);
    }
}
