package io.perennial.models.serve;

import io.smallrye.config.SmallRyeConfigBuilder;

/** The settings as the service reads them: the defaults, but for those that a test chooses. */
final class Settings {

    private Settings() {}

    /** Names and values in turn, names without their prefix. */
    static InferenceConfig of(String... namesAndValues) {
        var builder = new SmallRyeConfigBuilder().addDiscoveredConverters().withMapping(InferenceConfig.class);
        for (var i = 0; i < namesAndValues.length; i += 2) {
            builder.withDefaultValue("perennial.models.inference." + namesAndValues[i], namesAndValues[i + 1]);
        }
        return builder.build().getConfigMapping(InferenceConfig.class);
    }
}
