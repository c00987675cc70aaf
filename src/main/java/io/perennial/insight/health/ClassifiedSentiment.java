package io.perennial.insight.health;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

import io.perennial.models.sentiment.SentimentClassifier;

/** How texts sound to the classifier of this service. */
@ApplicationScoped
class ClassifiedSentiment implements TextSentiment {

    private final SentimentClassifier classifier;

    ClassifiedSentiment(SentimentClassifier classifier) {
        this.classifier = classifier;
    }

    @Override
    public boolean ready() {
        return classifier.isReady();
    }

    @Override
    public float[] of(List<String> texts) {
        var sentiments = classifier.sentiment(texts);
        var values = new float[sentiments.size()];
        for (var i = 0; i < values.length; i++) {
            values[i] = sentiments.get(i);
        }
        return values;
    }
}
