package io.perennial.models.serve;

import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Knows no version. Gives way to whoever keeps models. */
@ApplicationScoped
@DefaultBean
class NoModels implements ModelSource {

    @Override
    public Uni<byte[]> artifact(ModelVersion version) {
        return Uni.createFrom().nullItem();
    }
}
