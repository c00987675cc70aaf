#!/usr/bin/env bash
# Proves that what Dockerfile.native copies is all that the service needs: runs it from a tree of just these files and of
# the libraries that its base image has, as an unprivileged user, with a read-only root, without a network but the machine
# itself, and has it train, predict and explain.
#
# Run it as root on Linux, after native-build.sh.
set -euo pipefail
cd "$(dirname "$0")/../../.."

if [[ -z ${IN_NAMESPACE:-} ]]; then
    [[ $(id -u) == 0 ]] || { echo "Changing the root takes root." >&2; exit 1; }
    IN_NAMESPACE=yes exec unshare --mount --net --pid --fork --kill-child --mount-proc "$0"
fi
ip link set lo up

work=$(mktemp -d)
chmod 755 "$work"
root=$work/root
trap 'kill $(jobs -p) 2>/dev/null || true; wait; umount -R "$root" 2>/dev/null || true; rm -rf "$work"' EXIT

# Copies a library of this machine to where the loader looks for it.
library() {
    local path
    path=$(ldconfig -p | awk -v name="$1" '$1 == name && /x86-64/ { print $NF; exit }')
    mkdir -p "$root$(dirname "$path")"
    cp -L "$path" "$root$path"
}

# The base image: the C library and a place for temporary files.
mkdir -p "$root"/{dev,etc,lib64,proc,tmp}
for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1; do
    library $name
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64/"
touch "$root"/dev/{null,urandom,random}

# What the Dockerfile copies.
while read -r from to; do
    case $from in
        /usr/lib64/*) library "$(basename "$from")" ;;
        *) mkdir -p "$(dirname "$root$to")" && cp -r "$from" "$root$to" ;;
    esac
done < <(sed -nE 's/^COPY (--[a-z]+=[^ ]+ )*([^ ]+) ([^ ]+)$/\2 \3/p' src/main/docker/Dockerfile.native)
find "$root" -type f | sed "s|^$root||" | sort

mount --bind "$root" "$root"
mount -o remount,bind,ro,nosuid "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,size=64m tmpfs "$root/tmp"
for device in null urandom random; do
    mount --bind /dev/$device "$root/dev/$device"
done

fail() {
    echo "$*" >&2
    tail -n 40 "$work"/*.log >&2
    exit 1
}

# The database is outside of it.
PERENNIAL_EMBEDDED_DIRECTORY=$work/postgres PERENNIAL_DEMO_ENABLED=false QUARKUS_HTTP_PORT=8081 target/perennial \
    >"$work/database.log" 2>&1 &
database_process=$!
until curl -sf -m 5 -o /dev/null http://localhost:8081/q/health/ready; do
    kill -0 $database_process 2>/dev/null || fail "The database ended before it was ready."
    sleep 0.2
done
database=localhost:$(sed -n 4p "$work/postgres/postmaster.pid")/perennial

# With the environment and the entry point of the Dockerfile.
environment=$(sed -nE 's/^ENV (.*)$/\1/p' src/main/docker/Dockerfile.native)
entry=$(sed -nE 's/^ENTRYPOINT \["(.*)"\]$/\1/p' src/main/docker/Dockerfile.native)
# shellcheck disable=SC2086
env -i $environment PERENNIAL_DATABASE_URL="postgresql://$database" PERENNIAL_DATABASE_USER=postgres \
    PERENNIAL_DATABASE_PASSWORD=postgres PERENNIAL_ADMIN_KEY=admin-key-of-the-proof PERENNIAL_DEMO_ENABLED=true \
    PERENNIAL_DEMO_CUSTOMERS=400 "$(command -v chroot)" --userspec=1001:1001 "$root" "$entry" >"$work/service.log" 2>&1 &
service=$!

get() {
    curl -sf -m 30 -H 'X-API-Key: admin-key-of-the-proof' "http://localhost:8080$1"
}
post() {
    curl -sf -m 30 -X POST -H 'X-API-Key: admin-key-of-the-proof' "http://localhost:8080$1"
}
# Waits, four minutes at most, until a command says something.
until_said() {
    local expected=$1
    shift
    for _ in {1..480}; do
        kill -0 $service 2>/dev/null || fail "The service ended."
        [[ $("$@" 2>/dev/null) != *$expected* ]] || return 0
        sleep 0.5
    done
    fail "Waited for $expected in vain: $("$@")"
}
run() {
    until_said '"completed"' get "/api/v1/runs/$1"
    get "/api/v1/runs/$1"
}
id() {
    grep -oE '"id": ?"[0-9a-f-]{36}"' | cut -d'"' -f4 | head -1
}

until_said '"UP"' get /q/health/ready
until_said '"ready"' get /q/health/well
grep -q '^Uid:.1001' /proc/$service/status || fail "It does not run as user 1001."
[[ -z $(find "$root" -xdev -newer "$work/database.log" -type f) ]] || fail "It wrote to its root."
echo "Ready, as user 1001, on a read-only root; the engine is loaded."

until_said "demo organizations are ready" cat "$work/service.log"
organization=$(get '/api/v1/organizations?limit=50' | tr '{' '\n' | grep '"telecom"' | sed 's/^/{/' | id)
customer=$(get "/api/v1/organizations/$organization/customers?limit=1" | grep -oE '[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}' | head -1)
trained=$(run "$(post "/api/v1/churn/organizations/$organization/train" | id)")
for learner in xgboost tabm; do
    [[ $trained == *"\"learner\":\"$learner\""* ]] || fail "Nothing was learned by $learner: $trained"
done
[[ $trained == *'"trained":true'* ]] || fail "Nothing was learned: $trained"
echo "Trained by both learners."
post "/api/v1/models/organizations/$organization/churn/versions/1/activate" >/dev/null
prediction=$(get "/api/v1/predictions/customers/$customer?kind=churn&explain=true")
[[ $prediction == *'"model_version":"churn-1"'*'"contribution":'* ]] || fail "Not predicted by the model: $prediction"
echo "Predicted and explained."
kill -TERM $service
wait $service || [[ $? == 143 ]] || fail "It did not stop in peace."
