package io.perennial.insight.behavior;

import java.util.List;

import io.perennial.tenant.OrgType;

/** The profiles of all industries. */
final class Profiles {

    static final List<Profile> ALL = List.of(
            Banking.PROFILE,
            Telecom.PROFILE,
            Ecommerce.PROFILE,
            Healthcare.PROFILE,
            Trades.PROFILE,
            ProfessionalServices.PROFILE);

    private Profiles() {}

    /** The profile of an industry. */
    static Profile of(OrgType type) {
        return ALL.stream()
                .filter(profile -> profile.type() == type)
                .findFirst()
                .orElseThrow();
    }
}
