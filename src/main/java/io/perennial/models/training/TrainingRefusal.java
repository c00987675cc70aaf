package io.perennial.models.training;

/** Why there is nothing to be learned. The message says what is missing. */
class TrainingRefusal extends RuntimeException {

    TrainingRefusal(String message, Object... arguments) {
        super(message.formatted(arguments), null, false, false);
    }
}
