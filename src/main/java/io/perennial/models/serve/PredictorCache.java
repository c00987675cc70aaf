package io.perennial.models.serve;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** The models that one worker has loaded, a bounded number of them. That which was not used for longest is closed. */
final class PredictorCache implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(PredictorCache.class);

    private final Predictor.Loader loader;
    private final int capacity;
    private final LinkedHashMap<ModelVersion, Predictor> loaded = new LinkedHashMap<>(16, 0.75f, true);

    PredictorCache(Predictor.Loader loader, int capacity) {
        this.loader = loader;
        this.capacity = capacity;
    }

    /** The loaded model, loaded if need be. Room is made first: two models more than there is room for are one too many. */
    Predictor get(ModelVersion version, byte[] artifact) {
        var known = loaded.get(version);
        if (known != null) {
            return known;
        }
        while (loaded.size() >= capacity) {
            closeEldest();
        }
        var predictor = loader.load(version, artifact);
        loaded.put(version, predictor);
        return predictor;
    }

    private void closeEldest() {
        Map.Entry<ModelVersion, Predictor> eldest = loaded.entrySet().iterator().next();
        loaded.remove(eldest.getKey());
        close(eldest.getKey(), eldest.getValue());
    }

    /** Closes a model that has failed: what state it is in nobody knows. */
    void drop(ModelVersion version) {
        var dropped = loaded.remove(version);
        if (dropped != null) {
            close(version, dropped);
        }
    }

    /** A model that cannot be closed must not keep another from being loaded. */
    private static void close(ModelVersion version, Predictor predictor) {
        try {
            predictor.close();
        } catch (RuntimeException e) {
            LOG.warnf(e, "%s could not be closed", version.label());
        }
    }

    @Override
    public void close() {
        while (!loaded.isEmpty()) {
            closeEldest();
        }
    }
}
