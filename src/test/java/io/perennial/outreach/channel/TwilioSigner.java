package io.perennial.outreach.channel;

import java.util.Map;

import io.perennial.testing.Providers;

/** Signs as Twilio does. */
public final class TwilioSigner {

    private TwilioSigner() {}

    public static String sign(String url, Map<String, String> form) {
        return StatusCallbacks.sign(Providers.AUTH_TOKEN, url, form);
    }
}
