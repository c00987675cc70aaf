package io.perennial.tenant;

import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;

/** Authenticates a request by the API key in {@code X-API-Key} or {@code Authorization: Bearer}. */
@ApplicationScoped
class ApiKeyAuthentication implements HttpAuthenticationMechanism {

    private static final String BEARER = "Bearer ";

    private final ApiKeys keys;

    ApiKeyAuthentication(ApiKeys keys) {
        this.keys = keys;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext request, IdentityProviderManager identityProviders) {
        var key = key(request);
        if (key == null || key.isBlank()) {
            return Uni.createFrom().nullItem();
        }
        return keys.authenticate(ApiKeys.hash(key)).map(caller -> caller == null ? null : identity(caller));
    }

    private static String key(RoutingContext request) {
        var key = request.request().getHeader("X-API-Key");
        if (key != null) {
            return key;
        }
        var authorization = request.request().getHeader("Authorization");
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).trim()
                : null;
    }

    private static SecurityIdentity identity(Caller caller) {
        var builder = QuarkusSecurityIdentity.builder()
                .setPrincipal(caller)
                .addRoles(caller.role().permissions());
        if (caller.organization() == null && caller.role() == Role.ADMIN) {
            builder.addRole(Role.ADMINISTER_INSTANCE);
        }
        return builder.build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext request) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }
}
