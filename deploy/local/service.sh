#!/usr/bin/env bash
# Runs services on a machine without systemd, with the files of settings that deploy/systemd uses.
#
#   service.sh start|stop|restart|ready|status|pid NAME...
#
# NAME is a service (ingestion) or one of several processes of it (scoring@2). The program is attune-NAME. Its settings are
# ATTUNE_HOME/etc/common.env, NAME.env and NAME@NUMBER.env, as far as they exist; three of them are for this script:
#
#   PROGRAM=...       another program
#   ARGUMENTS="..."   what it is called with
#   READY="..."       a command that succeeds as soon as the program works, where it has no ATTUNE_HTTP_PORT
#
# start waits until the process answers, ready until it has everything it needs, stop until it has ended: it is asked to
# (SIGTERM) and killed after STOP_LIMIT seconds. LIMIT is for the others. Status 0: so it is; 1: it is not, and why is said.
set -euo pipefail
if [ $# -lt 2 ] || [ ! -d "${ATTUNE_HOME:-}/etc" ]; then
    sed -n '2,16s/^# \{0,1\}//p' "$0" >&2
    exit 64
fi
do=$1
shift
run=$ATTUNE_HOME/run logs=$ATTUNE_HOME/log
mkdir -p "$run" "$logs"

# When the process began: an id alone may belong to another one by now. One that has ended may lie there until it is reaped.
began() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" && $1 != "X" { print $20 }'; }
pid() {
    local pid start
    [ -s "$run/$1.pid" ] && read -r pid start <"$run/$1.pid" && [ -n "$start" ] && [ "$(began "$pid")" = "$start" ] &&
        echo "$pid"
}

# The settings of a service and nothing else that begins like one.
settings() {
    unset "${!ATTUNE_@}" "${!PG@}" PROGRAM ARGUMENTS READY
    set -a
    local file
    for file in "$etc/common.env" "$etc/${1%@*}.env" "$etc/$1.env"; do
        # shellcheck disable=SC1090
        [ ! -e "$file" ] || . "$file"
    done
    set +a
}

# Again and again until a command succeeds; fails when the process ends before, or the time is over.
await() {
    local name=$1 end=$((SECONDS + ${LIMIT:-60}))
    shift
    until "$@" >/dev/null 2>&1; do
        if ! pid "$name" >/dev/null; then
            echo "$name has ended: $(tail -n 3 "$logs/$name.log")" >&2
            return 1
        elif [ $SECONDS -ge $end ]; then
            echo "$name is not there after ${LIMIT:-60} s: $("$@" 2>&1 | tail -n 3)" >&2
            return 1
        fi
        sleep 0.1
    done
}

# shellcheck disable=SC2030,SC2031
probe() (
    etc=$ATTUNE_HOME/etc
    settings "$1"
    if [ -n "${ATTUNE_HTTP_PORT:-}" ]; then
        curl --silent --show-error --fail-with-body --max-time 5 "http://127.0.0.1:$ATTUNE_HTTP_PORT/$2"
    else
        bash -c "${READY:-true}"
    fi
)

start() {
    ! pid "$1" >/dev/null || { echo "$1 runs"; return; }
    (
        etc=$ATTUNE_HOME/etc
        settings "$1"
        program=$(command -v "${PROGRAM:-attune-${1%@*}}") ||
            { echo "There is no program ${PROGRAM:-attune-${1%@*}}" >&2; exit 1; }
        # shellcheck disable=SC2086
        setsid "$program" ${ARGUMENTS:-} </dev/null >>"$logs/$1.log" 2>&1 &
        echo "$! $(began $!)" >"$run/$1.pid"
    )
    await "$1" probe "$1" live
    echo "$1 started"
}

stop() {
    local pid end=$((SECONDS + ${STOP_LIMIT:-20}))
    pid=$(pid "$1") || { echo "$1 does not run"; return; }
    kill -TERM "$pid"
    while pid "$1" >/dev/null; do
        if [ $SECONDS -ge $end ]; then
            kill -KILL "$pid"
            echo "$1 had to be killed: $(tail -n 3 "$logs/$1.log")" >&2
            return 1
        fi
        sleep 0.1
    done
    rm -f "$run/$1.pid"
    echo "$1 stopped"
}

for name in "$@"; do
    case $do in
    start) start "$name" ;;
    stop) stop "$name" ;;
    restart) stop "$name" && start "$name" ;;
    ready) await "$name" probe "$name" ready && echo "$name is ready" ;;
    status) if pid "$name" >/dev/null; then echo "$name runs"; else echo "$name does not run"; exit 1; fi ;;
    pid) pid "$name" || { echo "$name does not run" >&2; exit 1; } ;;
    *) echo "service.sh cannot $do" >&2; exit 64 ;;
    esac
done
