package io.perennial.outreach.template;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Where in HTML the text so far has come to, as far as it matters for what may be written there: escaping makes a value
 * harmless between tags and within quotes, and nowhere else.
 *
 * @param tag the tag that is open, in lower case; empty between tags
 * @param attribute the attribute whose value it is in, or whose name was read; may be empty
 * @param value what was read of the value
 */
record HtmlPosition(State state, String tag, String attribute, String value) {

    static final HtmlPosition START = new HtmlPosition(State.TEXT, "", "", "");

    private static final Set<String> VERBATIM = Set.of("style", "title", "textarea", "xmp", "noscript");
    private static final Set<String> FORBIDDEN =
            Set.of("script", "iframe", "frame", "object", "embed", "applet", "form", "base", "link", "svg", "math");
    private static final Set<String> ADDRESSES =
            Set.of("href", "src", "action", "formaction", "background", "cite", "poster", "srcset", "data");

    /** Of a name or a value, no more has to be known; so reading stays proportional to what is read. */
    private static final int REMEMBERED = 64;

    enum State {
        TEXT,
        TAG_START,
        TAG_NAME,
        IN_TAG,
        ATTRIBUTE_NAME,
        BEFORE_VALUE,
        DOUBLE_QUOTED,
        SINGLE_QUOTED,
        UNQUOTED,
        COMMENT,
        VERBATIM
    }

    /** HTML that no template may hold. */
    static final class Refused extends RuntimeException {

        private final String written;

        /** @param written what it was, as it was written or nearly so */
        Refused(String written, String reason) {
            super(reason, null, false, false);
            this.written = written;
        }

        String written() {
            return written;
        }
    }

    /** The position after more text; fails with {@link Refused} where it is more than a message may do. */
    HtmlPosition after(String text) {
        var position = this;
        for (var i = 0; i < text.length(); i++) {
            position = position.after(text.charAt(i));
        }
        return position;
    }

    private HtmlPosition after(char c) {
        return switch (state) {
            case TEXT -> c == '<' ? new HtmlPosition(State.TAG_START, "", "", "") : this;
            case TAG_START -> tagStart(c);
            case TAG_NAME -> tagName(c);
            case IN_TAG, ATTRIBUTE_NAME -> attributeName(c);
            case BEFORE_VALUE -> beforeValue(c);
            case DOUBLE_QUOTED -> quoted(c, '"');
            case SINGLE_QUOTED -> quoted(c, '\'');
            case UNQUOTED -> unquoted(c);
            case COMMENT -> (value + c).endsWith("-->") ? START : withValue(last(value + c));
            case VERBATIM -> verbatim(c);
        };
    }

    private HtmlPosition tagStart(char c) {
        if (Character.isLetter(c) || c == '/') {
            return new HtmlPosition(State.TAG_NAME, String.valueOf(Character.toLowerCase(c)), "", "");
        }
        if (c == '!') {
            return new HtmlPosition(State.TAG_NAME, "!", "", "");
        }
        return c == '<' ? this : START;
    }

    private HtmlPosition tagName(char c) {
        if (tag.equals("!--")) {
            return new HtmlPosition(State.COMMENT, tag, "", String.valueOf(c));
        }
        if (c == '>') {
            return closed();
        }
        if (Character.isWhitespace(c) || c == '/' && tag.length() > 1) {
            return refuseForbidden().in(State.IN_TAG, "");
        }
        return new HtmlPosition(State.TAG_NAME, first(tag + lower(c)), "", "");
    }

    private HtmlPosition attributeName(char c) {
        if (c == '>') {
            return closed();
        }
        if (c == '=') {
            return in(State.BEFORE_VALUE, refuseHandler(attribute));
        }
        if (Character.isWhitespace(c) || c == '/') {
            return in(State.IN_TAG, refuseHandler(attribute));
        }
        return in(State.ATTRIBUTE_NAME, state == State.IN_TAG ? lower(c) : first(attribute + lower(c)));
    }

    private HtmlPosition beforeValue(char c) {
        if (Character.isWhitespace(c)) {
            return this;
        }
        return switch (c) {
            case '"' -> in(State.DOUBLE_QUOTED, attribute);
            case '\'' -> in(State.SINGLE_QUOTED, attribute);
            case '>' -> closed();
            default -> new HtmlPosition(State.UNQUOTED, tag, attribute, String.valueOf(c));
        };
    }

    private HtmlPosition quoted(char c, char quote) {
        return c == quote ? refuseScriptAddress().in(State.IN_TAG, "") : withValue(first(value + c));
    }

    private HtmlPosition unquoted(char c) {
        if (c == '>') {
            return refuseScriptAddress().closed();
        }
        return Character.isWhitespace(c) ? refuseScriptAddress().in(State.IN_TAG, "") : withValue(first(value + c));
    }

    private HtmlPosition verbatim(char c) {
        var read = (value + c).toLowerCase(Locale.ROOT);
        return read.endsWith("</" + tag) ? new HtmlPosition(State.TAG_NAME, "/" + tag, "", "") : withValue(last(read));
    }

    private HtmlPosition closed() {
        refuseForbidden();
        return VERBATIM.contains(tag) ? new HtmlPosition(State.VERBATIM, tag, "", "") : START;
    }

    private HtmlPosition in(State next, String nextAttribute) {
        return new HtmlPosition(next, tag, nextAttribute, "");
    }

    private HtmlPosition withValue(String more) {
        return new HtmlPosition(state, tag, attribute, more);
    }

    private HtmlPosition refuseForbidden() {
        if (FORBIDDEN.contains(tag)) {
            throw new Refused("<" + tag, "<%s> has no place in a message".formatted(tag));
        }
        return this;
    }

    private static String refuseHandler(String name) {
        if (name.startsWith("on")) {
            throw new Refused(name, "%s would run a script, which has no place in a message".formatted(name));
        }
        return name;
    }

    private HtmlPosition refuseScriptAddress() {
        var address = value.replaceAll("[\\s\\p{Cntrl}]|&[^;]*;", "").toLowerCase(Locale.ROOT);
        if (ADDRESSES.contains(attribute) && address.matches("(javascript|vbscript|data):.*")) {
            throw new Refused(
                    value, "%s may only be an address on the web, of mail or of a telephone".formatted(attribute));
        }
        return this;
    }

    private static String first(String read) {
        return read.length() <= REMEMBERED ? read : read.substring(0, REMEMBERED);
    }

    private static String last(String read) {
        return read.substring(Math.max(0, read.length() - REMEMBERED));
    }

    private static String lower(char c) {
        return String.valueOf(Character.toLowerCase(c));
    }

    /** Why a value may not be written here, if it may not. */
    Optional<String> refusal(Kind kind) {
        if (state == State.TEXT) {
            return Optional.empty();
        }
        if (state != State.DOUBLE_QUOTED && state != State.SINGLE_QUOTED) {
            return Optional.of("may only stand between tags and within quotes");
        }
        if (attribute.equals("style")) {
            return Optional.of("may not stand in a style");
        }
        if (ADDRESSES.contains(attribute)) {
            return kind == Kind.URL && value.isEmpty()
                    ? Optional.empty()
                    : Optional.of("may not stand in %s, only an address at its beginning may".formatted(attribute));
        }
        return Optional.empty();
    }

    /** The position after a value, which has no markup of its own. */
    HtmlPosition afterValue() {
        return state == State.DOUBLE_QUOTED || state == State.SINGLE_QUOTED ? withValue(first(value + "x")) : this;
    }
}
