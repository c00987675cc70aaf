package io.perennial.tenant;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** What a key may do. Each role may do what the ones before it may. */
public enum Role {
    VIEWER(Role.VIEW),
    OPERATOR(Role.VIEW, Role.OPERATE),
    ADMIN(Role.VIEW, Role.OPERATE, Role.ADMINISTER);

    /** Read. */
    public static final String VIEW = "view";

    /** Upload data and start runs. */
    public static final String OPERATE = "operate";

    /** Change the organization and its keys. */
    public static final String ADMINISTER = "administer";

    /** Create organizations: for admin keys of the instance only. */
    public static final String ADMINISTER_INSTANCE = "administer_instance";

    private final Set<String> permissions;

    Role(String... permissions) {
        this.permissions = Set.of(permissions);
    }

    /** The names that {@code @RolesAllowed} asks for. */
    public Set<String> permissions() {
        return permissions;
    }

    /** As the API and the database write it. */
    @JsonValue
    public String value() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Reads what {@link #value()} writes. */
    @JsonCreator
    public static Role of(String value) {
        return Arrays.stream(values())
                .filter(known -> known.value().equalsIgnoreCase(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("must be one of viewer, operator, admin"));
    }
}
