package io.perennial.models.serve;

import io.quarkus.arc.DefaultBean;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Has no model of any version. Gives way to whoever keeps models. */
@ApplicationScoped
@DefaultBean
class NoModels implements ModelSource, Predictor.Loader {

    @Override
    public Uni<byte[]> artifact(ModelVersion version) {
        return Uni.createFrom().nullItem();
    }

    @Override
    public Predictor load(ModelVersion version, byte[] artifact) {
        throw new IllegalArgumentException("Nothing can be read yet");
    }
}
