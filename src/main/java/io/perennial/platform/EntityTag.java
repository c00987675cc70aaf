package io.perennial.platform;

import java.util.Arrays;
import java.util.List;

/**
 * The versions that an {@code If-Match} header allows (RFC 9110, section 13.1.1).
 *
 * @param versions empty for any
 */
public record EntityTag(List<Integer> versions) {

    /** The tag of a version, as {@code ETag} carries it. */
    public static String of(int version) {
        return "\"" + version + "\"";
    }

    /**
     * Reads an {@code If-Match} header.
     *
     * @return null when there is none
     * @throws ProblemException when it is not a list of entity tags
     */
    public static EntityTag expected(String ifMatch) {
        if (ifMatch == null) {
            return null;
        }
        if (ifMatch.strip().equals("*")) {
            return new EntityTag(List.of());
        }
        return new EntityTag(
                Arrays.stream(ifMatch.split(",")).map(EntityTag::version).toList());
    }

    /** A tag that is none of ours matches no version. */
    private static int version(String tag) {
        var stripped = tag.strip();
        if (!stripped.matches("(W/)?\"[^\"]*\"")) {
            throw ProblemType.INVALID_REQUEST.problem("If-Match must be the ETag that was read, such as \"3\"");
        }
        return stripped.matches("\"\\d{1,9}\"") ? Integer.parseInt(stripped.substring(1, stripped.length() - 1)) : -1;
    }

    /** Whether the header allows a version. */
    public boolean matches(int version) {
        return versions.isEmpty() || versions.contains(version);
    }
}
