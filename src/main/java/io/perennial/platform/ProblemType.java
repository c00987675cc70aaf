package io.perennial.platform;

import java.util.Locale;

/** Everything that can be wrong with a request, each with its HTTP status and a {@code type} that never changes. */
public enum ProblemType {
    INVALID_REQUEST(400, "The request is not valid"),
    WEBHOOK_REFUSED(400, "The event cannot be taken as it is"),
    INVALID_TEMPLATE(400, "The template cannot be used"),
    INVALID_FILE(400, "The file cannot be read"),
    UNAUTHENTICATED(401, "An API key is needed"),
    WEBHOOK_SIGNATURE_INVALID(401, "The signature of the webhook is not valid"),
    WEBHOOK_EXPIRED(401, "The webhook was signed too long ago, or in the future"),
    FORBIDDEN(403, "The API key may not do this"),
    UNKNOWN_ORGANIZATION(404, "There is no such organization"),
    UNKNOWN_CUSTOMER(404, "There is no such customer"),
    UNKNOWN_RUN(404, "There is no such run"),
    UNKNOWN_API_KEY(404, "There is no such API key"),
    UNKNOWN_MODEL(404, "There is no such model version"),
    UNKNOWN_OFFER(404, "There is no such offer"),
    UNKNOWN_TEMPLATE(404, "There is no such template"),
    UNKNOWN_SYNC_SOURCE(404, "There is no such source of offers"),
    UNKNOWN_DECISION(404, "There is no such decision"),
    UNKNOWN_WEBHOOK_EVENT(404, "There is no such webhook event"),
    UNKNOWN_MESSAGE(404, "There is no such message"),
    UNKNOWN_OFFER_CODE(404, "There is no offer with this code"),
    UNKNOWN_CASE(404, "There is no such recovery case"),
    UNKNOWN_APPROVAL(404, "There is no such question to an operator"),
    UNKNOWN_FAILURE(404, "There is no such payment failure"),
    NOT_SEGMENTED(404, "The customer has no segment yet"),
    NOT_SCORED(404, "The customer has no health score yet"),
    NOT_ANALYZED(404, "The behavior of the customer is not analyzed yet"),
    NO_STANDING(404, "The value and the stage of the customer have not been calculated yet"),
    NOT_FOUND(404, "There is nothing here"),
    METHOD_NOT_ALLOWED(405, "The method is not allowed here"),
    NOT_ACCEPTABLE(406, "The answer cannot be given in this media type"),
    UPLOAD_INTERRUPTED(408, "The upload ended before it was complete"),
    CONFLICT(409, "The request conflicts with another"),
    CASE_STATUS(409, "The recovery case cannot come into this status"),
    OFFER_EXISTS(409, "There is an offer with this id"),
    OFFER_INACTIVE(409, "The offer is not active"),
    OFFER_NOT_ELIGIBLE(409, "The customer may not get the offer"),
    OFFER_ALREADY_ACCEPTED(409, "The customer has accepted the offer before"),
    REDEMPTION_LIMIT_REACHED(409, "The offer was accepted as often as it may be"),
    MONTHLY_BUDGET_SPENT(409, "The budget of the offer for this month is spent"),
    OFFER_CODE_USED(409, "The offer was redeemed before"),
    OFFER_CODE_EXPIRED(409, "The offer is no longer valid"),
    OFFER_CODE_WITHDRAWN(409, "The offer was taken back"),
    PRECONDITION_FAILED(412, "It was changed since it was read"),
    TOO_LARGE(413, "The request is too large"),
    WEBHOOK_TOO_LARGE(413, "The webhook is larger than webhooks may be"),
    UNSUPPORTED_MEDIA_TYPE(415, "The media type is not supported"),
    IDEMPOTENCY_KEY_REUSED(422, "The idempotency key was used for another request"),
    TEMPLATE_NOT_RENDERED(422, "The template cannot be rendered with these values"),
    RUN_FAILED(500, "The run failed"),
    INTERNAL_ERROR(500, "Something went wrong"),
    SYNC_FAILED(502, "The source of offers could not be used"),
    SYNC_PAUSED(503, "The source of offers is left alone for a while"),
    UNAVAILABLE(503, "The service cannot answer right now");

    private final int status;
    private final String title;

    ProblemType(int status, String title) {
        this.status = status;
        this.title = title;
    }

    /** HTTP status. */
    public int status() {
        return status;
    }

    /** One short sentence, the same for every occurrence. */
    public String title() {
        return title;
    }

    /** A stable URN, for programs to tell one problem from another. */
    public String urn() {
        return "urn:perennial:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A problem of this type. */
    public ProblemException problem(String detail, Object... arguments) {
        return new ProblemException(this, arguments.length == 0 ? detail : detail.formatted(arguments));
    }

    /** The type that stands for an HTTP status raised by the framework. */
    static ProblemType ofStatus(int status) {
        return switch (status) {
            case 401 -> UNAUTHENTICATED;
            case 403 -> FORBIDDEN;
            case 404 -> NOT_FOUND;
            case 405 -> METHOD_NOT_ALLOWED;
            case 406 -> NOT_ACCEPTABLE;
            case 408 -> UPLOAD_INTERRUPTED;
            case 409 -> CONFLICT;
            case 412 -> PRECONDITION_FAILED;
            case 413 -> TOO_LARGE;
            case 415 -> UNSUPPORTED_MEDIA_TYPE;
            case 503 -> UNAVAILABLE;
            default -> status < 500 ? INVALID_REQUEST : INTERNAL_ERROR;
        };
    }
}
