package io.perennial.outreach.link;

/**
 * A link as it stands in a message.
 *
 * @param token its id and the signature of that
 * @param url the whole of it
 */
public record Link(LinkKind kind, String token, String url) {}
