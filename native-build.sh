#!/usr/bin/env bash
# Builds Perennial as a native executable, target/perennial, with libtorch in target/libtorch beside it.
#
#   --test    runs the REST tests against the executable, too
#   --image   builds the container image perennial:<version>-native of it, which the Helm chart asks for by default
#
# GRAALVM_HOME, or native-image on the path, has to be of Java 21 or newer; without one, Docker or Podman builds in a
# container. MAVEN_ARGS are passed on to Maven, also to one older than 3.9, which does not read them by itself.
set -euo pipefail
cd "$(dirname "$0")"

fail() {
    echo "$*" >&2
    exit 1
}

tests=false
image=false
for argument in "$@"; do
    case $argument in
        --test) tests=true ;;
        --image) image=true ;;
        *) fail "native-build.sh [--test] [--image]" ;;
    esac
done

# The Java version of a native-image, or 0.
java_of() {
    "$1" --version 2>/dev/null | sed -nE 's/^native-image ([0-9]+).*/\1/p; s/.*\(build ([0-9]+)[.+].*/\1/p' | head -1 | grep . || echo 0
}

container_engine() {
    local engine
    for engine in docker podman; do
        if timeout 20 "$engine" info >/dev/null 2>&1; then
            echo "$engine"
            return
        fi
    done
}

builder=()
native_image=${GRAALVM_HOME:+$GRAALVM_HOME/bin/native-image}
native_image=${native_image:-$(command -v native-image || true)}
engine=$(container_engine)
if [[ -n $native_image && $(java_of "$native_image") -ge 21 ]]; then
    GRAALVM_HOME=$(cd "$(dirname "$(readlink -f "$native_image")")/.." && pwd)
    export GRAALVM_HOME
    echo "Building with $GRAALVM_HOME"
elif [[ -n $engine ]]; then
    builder=(-Dquarkus.native.container-build=true -Dquarkus.native.container-runtime="$engine")
    echo "Building in a container with $engine"
else
    fail "Install GraalVM or Mandrel for Java 21 or newer and set GRAALVM_HOME, or start Docker or Podman."
fi
[[ $image == false || -n $engine ]] || fail "The image needs Docker or Podman, and neither answers."

goal=(package -DskipTests)
if [[ $tests == true ]]; then
    goal=(verify -DskipUnitTests)
fi
begun=$SECONDS
# shellcheck disable=SC2086
env -u MAVEN_ARGS mvn ${MAVEN_ARGS:-} -B "${goal[@]}" -Dnative "${builder[@]}"
built=$((SECONDS - begun))

if [[ $image == true ]]; then
    version=$(sed -nE '/<version>/ { s|.*<version>([^<]+)</version>.*|\1|p; q }' pom.xml)
    "$engine" build -f src/main/docker/Dockerfile.native -t "perennial:${version%-SNAPSHOT}-native" .
fi

# What follows looks at the executable itself, on an embedded database of its own.
work=$(mktemp -d)
started=()
stop() {
    kill "${started[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap stop EXIT
export PERENNIAL_EMBEDDED_DIRECTORY=$work/postgres PERENNIAL_DEMO_ENABLED=false
unset PERENNIAL_DATABASE_URL PYTORCH_LIBRARY_PATH
if [[ $(id -u) == 0 ]]; then
    chmod 755 "$work"
fi

# Starts a program on a port and sets process and first_answer, the milliseconds until it is ready.
start() {
    local program=$1 port=$2 begin=${EPOCHREALTIME/./} status=
    QUARKUS_HTTP_PORT=$port "$program" >>"$work/log" 2>&1 &
    process=$!
    started+=("$process")
    until [[ $status == *" 200 "* ]]; do
        kill -0 "$process" 2>/dev/null || { tail -20 "$work/log" >&2; fail "It ended before it was ready."; }
        status=
        if { exec 9<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; then
            printf 'GET /q/health/ready HTTP/1.0\r\n\r\n' >&9
            read -r -t 10 status <&9 || true
            exec 9<&- 9>&-
        fi
        [[ $status == *" 200 "* ]] || read -r -t 0.002 <> <(:) || true
    done
    first_answer=$(((${EPOCHREALTIME/./} - begin) / 1000))
}

resident() {
    awk '/^VmRSS/ { printf "%d", $2 / 1024 }' "/proc/$1/status"
}

end() {
    kill "$1"
    wait "$1" 2>/dev/null || true
}

start target/perennial 18080
first=$process
times=()
for _ in {1..10}; do
    start target/perennial 18081
    times+=("$first_answer")
    end "$process"
done
mapfile -t times < <(printf '%s\n' "${times[@]}" | sort -n)

# Away from libtorch there is no engine to load.
cp target/perennial "$work/perennial"
start "$work/perennial" 18081
without_engine=$(resident "$process")
end "$process"

printf '%-40s %d MB\n' "Size of the executable" "$(($(stat -c %s target/perennial) / 1000000))"
printf '%-40s %d s\n' "$([[ $tests == true ]] && echo Build and tests || echo Build)" "$built"
printf '%-40s %d ms\n' "Time to first answer, median of 10" "${times[5]}"
printf '%-40s %d MB\n' "Resident memory without the engine" "$without_engine"
printf '%-40s %d MB\n' "Resident memory with the engine" "$(resident "$first")"
