#!/bin/sh
# Starts a run of Perennial and follows it to its end. Starting it again with the same idempotency key finds the same run,
# so whatever happens in between may be repeated.
#
#   PERENNIAL_URL     where the service is, such as http://perennial:80
#   RUN_PATH          what is posted to, such as /api/v1/segmentation/organizations/…/segment
#   IDEMPOTENCY_KEY   what stands for this run, such as the name of the job, which holds the time of the schedule
#   API_KEY_FILE      a file with an API key that may start runs; it is neither an argument of a command nor ever printed
#   TIME_LIMIT        seconds that all of it may take, 7200 unless given
#   AWAY_LIMIT        seconds without an answer after which the service counts as away, 300 unless given
#   ANSWER_LIMIT      seconds that an answer to a look at the run is waited for, 60 unless given; what starts the run is
#                     waited for until the time is up, as some of it answers only when it is done
#   POLL_INTERVAL     seconds between two looks at the run, 5 unless given
#   LONGEST_PAUSE     the longest pause before asking again what was not answered, 30 unless given
#
# Ends with 0 when the run is completed, 2 when something is not set, 3 when the service refuses, 4 when the run fails,
# 5 when the service is away, 6 when the time is up, while the run goes on. After 5 it is worth to begin again.
set -eu
umask 077

say() {
    printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*"
}

fail() {
    code=$1
    shift
    say "$*" >&2
    exit "$code"
}

for name in PERENNIAL_URL RUN_PATH IDEMPOTENCY_KEY API_KEY_FILE; do
    eval "value=\${$name:-}"
    [ -n "$value" ] || fail 2 "$name is not set"
done
[ -s "$API_KEY_FILE" ] || fail 2 "There is no API key in $API_KEY_FILE"

now() {
    date +%s
}

deadline=$(($(now) + ${TIME_LIMIT:-7200}))
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# What is waited for runs beside the script, which would otherwise hear nothing until it ends.
child=
trap 'kill $child 2>/dev/null || :; exit 143' TERM INT

pause() {
    sleep "$1" &
    child=$!
    wait "$child"
}

{
    printf 'X-API-Key: '
    tr -d '\r\n' <"$API_KEY_FILE"
} >"$scratch/key"

# Asks once and waits for the answer, as many seconds as the first argument says at most. Leaves the status of the answer in
# $status, 000 when there was none, and the answer in $answer.
ask() {
    patience=$1
    shift
    remaining=$((deadline - $(now)))
    [ "$remaining" -gt 0 ] || fail 6 "The time is up after ${TIME_LIMIT:-7200} s"
    [ "$patience" -le "$remaining" ] || patience=$remaining
    : >"$scratch/answer"
    : >"$scratch/error"
    curl --silent --show-error --connect-timeout 10 --max-time "$patience" --header "@$scratch/key" \
        --output "$scratch/answer" --write-out '%{http_code}' "$@" >"$scratch/status" 2>"$scratch/error" &
    child=$!
    if wait "$child"; then
        status=$(cat "$scratch/status")
    else
        status=000
    fi
    answer=$(head -c 65536 "$scratch/answer")
}

# Asks until there is an answer that means something, with longer and longer pauses, but not for ever.
ask_patiently() {
    wait_for=1
    away=$(($(now) + ${AWAY_LIMIT:-300}))
    while :; do
        ask "$@"
        case $status in
            2*) return ;;
            000) reason=$(head -n 1 "$scratch/error") ;;
            408 | 425 | 429 | 500 | 502 | 503 | 504)
                case $answer in
                    *urn:perennial:problem:sync-* | *urn:perennial:problem:run-failed*) return ;;
                esac
                reason="it answered $status"
                ;;
            *) return ;;
        esac
        [ "$(now)" -lt "$away" ] || fail 5 "The service has been away for ${AWAY_LIMIT:-300} s: $reason"
        [ $(($(now) + wait_for)) -lt "$deadline" ] || fail 6 "The time is up after ${TIME_LIMIT:-7200} s: $reason"
        say "Asking again in $wait_for s: $reason"
        pause "$wait_for"
        wait_for=$((wait_for * 2))
        [ "$wait_for" -le "${LONGEST_PAUSE:-30}" ] || wait_for=${LONGEST_PAUSE:-30}
    done
}

# The value of a field of the answer, where it comes first; a text ends with its first quotation mark.
field() {
    case $answer in
        *"\"$1\":"*) ;;
        *) return ;;
    esac
    value=${answer#*"\"$1\":"}
    case $value in
        \"*)
            value=${value#?}
            printf '%s' "${value%%\"*}"
            ;;
        *) printf '%s' "${value%%[,\}]*}" ;;
    esac
}

say "Starting $RUN_PATH with the idempotency key $IDEMPOTENCY_KEY"
ask_patiently "${TIME_LIMIT:-7200}" --request POST --header "Idempotency-Key: $IDEMPOTENCY_KEY" \
    --header 'Prefer: respond-async' "$PERENNIAL_URL$RUN_PATH"
case $status in
    200 | 201 | 204)
        # Dunning counts the steps that failed.
        case $(field failed) in
            '' | 0) ;;
            *) fail 4 "Some of it failed: $answer" ;;
        esac
        say "Done: $answer"
        exit 0
        ;;
    202) ;;
    5*) fail 4 "It failed: $answer" ;;
    *) fail 3 "The service refused with $status: $answer" ;;
esac

run=$(field id)
[ -n "$run" ] || fail 3 "The answer names no run: $answer"
said=
while :; do
    state=$(field status)
    progress="Run $run is $state, $(field parts_done) of $(field parts) parts"
    if [ "$progress" != "$said" ]; then
        say "$progress"
        said=$progress
    fi
    case $state in
        completed)
            say "Done: $answer"
            exit 0
            ;;
        failed) fail 4 "Run $run failed: $(field failure)" ;;
        running) ;;
        *) fail 3 "Nobody knows what it means that run $run is '$state': $answer" ;;
    esac
    pause "${POLL_INTERVAL:-5}"
    ask_patiently "${ANSWER_LIMIT:-60}" "$PERENNIAL_URL/api/v1/runs/$run"
    [ "$status" = 200 ] || fail 3 "The service refused with $status: $answer"
done
