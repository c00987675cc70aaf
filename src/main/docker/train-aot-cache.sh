#!/usr/bin/env bash
# Runs the service once on an embedded database, lets it begin a demo, and keeps what the JVM learned of it.
#
#   train-aot-cache.sh <jar> <cache>
set -euo pipefail
jar=$1
cache=$2
work=$(mktemp -d)
port=18090

export PERENNIAL_EMBEDDED_DIRECTORY=$work/postgres PERENNIAL_DEMO_CUSTOMERS=50 QUARKUS_HTTP_PORT=$port
unset PERENNIAL_DATABASE_URL
java -XX:AOTCacheOutput="$cache" --enable-native-access=ALL-UNNAMED -jar "$jar" &
service=$!
trap 'kill $service 2>/dev/null || true; wait; rm -rf "$work"' EXIT

# The status of an answer, or nothing while nobody listens.
get() {
    {
        exec 9<>"/dev/tcp/127.0.0.1/$port" || return 0
        printf 'GET %s HTTP/1.0\r\nX-API-Key: perennial-dev\r\n\r\n' "$1" >&9
        head -1 <&9
        exec 9<&-
    } 2>/dev/null
}

until [[ $(get /q/health/ready) == *" 200 "* ]]; do
    kill -0 $service
    sleep 0.2
done
for path in /q/health/well /q/openapi /q/metrics /api/v1/organizations /api/v1/models/kinds /api/v1/runs/unknown; do
    get $path >/dev/null
done
kill -TERM $service
wait $service || true
trap 'rm -rf "$work"' EXIT
[[ -s $cache ]]
