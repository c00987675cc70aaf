package io.perennial.outreach.link;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Optional;

/** The links in messages. */
@ConfigMapping(prefix = "perennial.outreach")
public interface LinkConfig {

    /**
     * Where customers reach this service, without a slash at its end: links in messages begin with it. In a text message there
     * is room for 29 characters of it.
     */
    @WithDefault("http://localhost:8080")
    String publicUrl();

    /**
     * What links are signed with; only from the environment ({@code PERENNIAL_OUTREACH_LINK_SECRET}). The first is the current
     * one, and while secrets are exchanged links of those after it, separated by commas, are good too. Without it, the secret
     * is derived from the password of the service's role in the database, and links of before are good for nothing once that
     * has changed.
     */
    Optional<List<String>> linkSecret();
}
