package io.perennial.models.sentiment;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.jboss.logging.Logger;

import io.perennial.models.Engine;

/**
 * Says how customers feel about what they write of, in English. Learns it from sentences that the service brings along,
 * in the background as soon as the engine is ready.
 */
@ApplicationScoped
public class SentimentClassifier {

    private static final Logger LOG = Logger.getLogger(SentimentClassifier.class);
    private static final String SENTENCES = "/sentiment/sentences.txt";
    private static final long SEED = 20;

    private final Uni<Void> ready;
    private volatile SentimentNetwork network;

    SentimentClassifier(Engine engine) {
        ready = engine.whenReady().invoke(this::train).memoize().indefinitely();
    }

    void onStart(@Observes StartupEvent event) {
        ready.subscribe()
                .with(nothing -> {}, failure -> LOG.warnf("Texts have no sentiment: %s", failure.getMessage()));
    }

    /** Completes when texts can be classified; fails when the engine is missing. */
    public Uni<Void> whenReady() {
        return ready;
    }

    /** Whether texts can be classified now. */
    public boolean isReady() {
        return network != null;
    }

    /**
     * The sentiment of each text: the probability that it is positive less the probability that it is negative, −1..1. Takes
     * about a tenth of a millisecond a text; any thread but an event loop may ask.
     *
     * @throws IllegalStateException before {@link #isReady}
     */
    public List<Float> sentiment(List<String> texts) {
        var trained = network;
        if (trained == null) {
            throw new IllegalStateException("The sentiment classifier is not ready");
        }
        return trained.probabilities(texts).stream()
                .map(probabilities -> probabilities[2] - probabilities[0])
                .toList();
    }

    private void train() {
        network = SentimentNetwork.train(builtIn(), SEED);
    }

    /** The sentences that the service brings along. */
    static List<Sentence> builtIn() {
        try (var file = SentimentClassifier.class.getResourceAsStream(SENTENCES)) {
            if (file == null) {
                throw new FileNotFoundException(SENTENCES);
            }
            return Sentence.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @PreDestroy
    void close() {
        if (network != null) {
            network.close();
        }
    }
}
