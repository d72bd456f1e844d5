#!/usr/bin/env bash
# Builds and runs every test, with a PostgreSQL of its own on a free port. Leaves no process and no file
# behind but .build, however it ends.
#
#   FILTER=pattern   only tests whose name matches
#   CONFIG=release   another configuration than debug
set -euo pipefail
cd "$(dirname "$0")/../.."

# The fault tests step clocks; messages are sent to a mail server that is not ours; certificates are made; docs/operations.md
# is followed with proxy and monitoring.
deploy/local/install.sh faketime python3-aiosmtpd openssl nginx-light prometheus jq curl
# A browser looks at the portal's pages. Where it cannot be had, those tests say so and are skipped.
deploy/local/install.sh chromium chromium-driver fonts-dejavu-core ||
    echo "Going on without a browser: the tests that need one are skipped" >&2
# The proxy of docs/transport.md. Debian's package starts a server where something starts servers: there only what is installed
# already is used.
[ -x /usr/sbin/nginx ] || [ -d /run/systemd/system ] || deploy/local/install.sh nginx-light ||
    echo "Going on without nginx: the test that needs it is skipped" >&2

folder=$(mktemp -d /tmp/attune-tests.XXXXXX)
config=${CONFIG:-debug}
database=
runner=

# Everything that the tests start inherits this mark, in whatever process group it lives.
export LOCAL_TEST_RUN=$folder
marked() { grep -lzxF "LOCAL_TEST_RUN=$folder" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3 | grep -vx "$$" || true; }

# Asks a job to end, and kills its process group where it does not.
end() {
    kill "-$1" "$2" 2>/dev/null
    for _ in $(seq 100); do
        kill -0 "$2" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL -- "-$2" 2>/dev/null
    wait "$2" 2>/dev/null
}

finish() {
    status=$?
    trap '' INT TERM HUP
    set +e
    [ -z "$runner" ] || end TERM "$runner"
    # SIGINT is PostgreSQL's fast shutdown.
    [ -z "$database" ] || end INT "$database"
    # A group of processes ends as a tree does: what was just orphaned shows up at the next look.
    for _ in 1 2 3; do
        left=$(marked)
        [ -n "$left" ] || break
        kill -KILL $left 2>/dev/null
        sleep 0.1
    done
    rm -rf "$folder"
    exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# A job in a process group of its own, which Ctrl-C does not reach by itself and which ends with us.
run() {
    set -m
    "$@" </dev/null &
    runner=$!
    set +m
    local status=0
    wait "$runner" || status=$?
    runner=
    return "$status"
}

# Runs tests in lanes, one process each, side by side: `tests LANE OPTION... [-- LANE OPTION...]...`. Repeats at the end
# what failed: the output is long.
tests() {
    local status=0
    run bash -c "$lanes" "$program" "$folder" "$@" || status=$?
    # Where colours are on, the sign stands behind the sequence that turns them on.
    [ "$status" -eq 0 ] || grep -aE -A 6 '^.{0,12}✘|error:' "$folder"/*.output | tail -n 120 >&2
    return "$status"
}

# Waits for every lane, also when one failed: a run shows all that there is to repair.
lanes=$(cat <<'SCRIPT'
set -o pipefail
folder=$1
shift
lane() {
    local name=$1
    shift
    # By the test program itself: two `swift test` would wait for each other.
    "$0" --testing-library swift-testing --no-parallel "$@" 2>&1 | tee "$folder/$name.output"
}
pids=()
while [ $# -gt 0 ]; do
    options=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    lane "${options[@]}" &
    pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=$?; done
exit "$status"
SCRIPT
)

echo "Building the tests (the first time takes some minutes)"
# The product of all tests brings the programs that the system tests run. (--build-tests would also build
# the tools of every dependency, among them the protobuf compiler in C++.)
run swift build --configuration "$config" --product attunePackageTests

echo "Starting a PostgreSQL for the tests in $folder"
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -n "$binaries" ] || binaries=$(dirname "$(command -v initdb)")
as_database=(setpriv --pdeathsig INT)
if [ "$(id -u)" -eq 0 ]; then
    as_database+=(--reuid postgres --regid postgres --init-groups)
    chown postgres:postgres "$folder"
fi
chmod 711 "$folder"
# Files that tests make for the moment go with the folder, too.
export TMPDIR=$folder/tmp
mkdir -m 1777 "$TMPDIR"
log=$folder/postgres.log
if ! "${as_database[@]}" "$binaries/initdb" -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C \
    --no-sync >"$log" 2>&1; then
    cat "$log" >&2
    exit 1
fi
port=
for candidate in $(shuf -i 20000-32000 -n 20); do
    set -m
    "${as_database[@]}" "$binaries/postgres" -D "$folder/data" \
        -c "port=$candidate" -c listen_addresses=127.0.0.1 -c "unix_socket_directories=$folder" \
        -c max_connections=1000 -c fsync=off -c full_page_writes=off -c log_min_messages=warning </dev/null >>"$log" 2>&1 &
    database=$!
    set +m
    for _ in $(seq 600); do
        if [ "$(sed -n 8p "$folder/data/postmaster.pid" 2>/dev/null | tr -d ' ')" = ready ]; then
            port=$candidate
            break 2
        fi
        kill -0 "$database" 2>/dev/null || break
        sleep 0.1
    done
    # Most likely the port was taken.
    wait "$database" 2>/dev/null || true
    database=
done
if [ -z "$port" ]; then
    cat "$log" >&2
    exit 1
fi
export ATTUNE_TEST_POSTGRES=postgresql://postgres@127.0.0.1:$port/postgres

# One test at a time in a lane: many of them hold threads, connections and processes, and all at once on two cores they
# would keep each other waiting until a service gives up, as it should. They wait more than they compute, so two lanes of
# about the same length share the cores.
program=$(swift build --configuration "$config" --show-bin-path)/attunePackageTests.xctest
[ -x "$program" ] || { echo "There is no $program to run the tests with" >&2; exit 1; }
if [ -n "${FILTER:-}" ]; then
    echo "Running the tests that match $FILTER"
    tests chosen --filter "$FILTER"
else
    pages='^(OperatorTests|PortalTests|BrowserTests)\.'
    whole='^(SystemTests|FaultTests)\.'
    documents='^SystemTests\.(OperationsPageTests|RunbookTriedTests)'
    echo "Running the tests of the modules"
    tests pages --filter "$pages" -- modules --skip "$pages" --skip "$whole"
    echo "Running the system and fault tests"
    tests documents --filter "$documents" -- whole --filter "$whole" --skip "$documents"
fi
