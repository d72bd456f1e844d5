#!/usr/bin/env bash
# Builds the programs of an older commit beside these, and prints the folder that they are in: older.sh [COMMIT]
#
# The copy takes this tree's .build along, so that only what differs is built. Absolute paths stand in there: the copy is
# built under this tree's own path, in a mount namespace. Where none can be had, it is built as a whole, which takes longer.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
config=${CONFIG:-debug}
programs=(attune attune-ingestion attune-scoring attune-alerting attune-notification attune-audit attune-portal
    attune-local-kafka)

commit=$(git rev-parse --quiet --verify "${1:-HEAD~1}^{commit}") || {
    echo "There is no commit ${1:-HEAD~1} here: a shallow clone?" >&2
    exit 1
}
output=$root/.local/older/$commit-$config
if [ ! -d "$output" ]; then
    # One is kept: they are large.
    rm -rf "$root/.local/older"
    older=$root/.local/older/tree
    mkdir -p "$older"
    # With times to the nanosecond: what is the same counts as built.
    find . -mindepth 1 -maxdepth 1 ! -name .local -exec cp -a -t "$older" {} +
    git -C "$older" checkout --quiet --force --detach "$commit"
    git -C "$older" clean --quiet --force -d
    export config
    build='cd "$0" && for program in "$@"; do
        swift build --configuration "$config" --product "$program" || exit 1
    done'
    namespace=
    for candidate in "unshare --mount" "unshare --map-root-user --mount"; do
        if $candidate mount --bind "$older" "$root" 2>/dev/null; then
            namespace=$candidate
            break
        fi
    done
    if [ -n "$namespace" ]; then
        $namespace bash -c 'mount --bind "$0" "$1" && exec bash -c "$2" "${@:3}"' \
            "$older" "$root" "$build" "$root" "${programs[@]}" >&2
    else
        rm -rf "$older/.build"
        bash -c "$build" "$older" "${programs[@]}" >&2
    fi
    mkdir "$output.making"
    for program in "${programs[@]}"; do cp "$older/.build/$config/$program" "$output.making"; done
    rm -rf "$older"
    mv "$output.making" "$output"
fi
echo "$output"
