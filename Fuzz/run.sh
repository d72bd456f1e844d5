#!/usr/bin/env bash
# Builds the fuzzer and runs every target for its share of a time: `make fuzz`. docs/fuzzing.md
#
#   TOTAL=seconds    to run for, all targets together, two of them at a time (default 300)
#   ONLY=target      one target alone (`attune-fuzz --list` names them)
#   FOLDER=folder    where new inputs are kept between runs (default .local/fuzz)
#   SEED=number      what is made up first, second and so on; another one each time where it is not given
#   SCRATCH=folder   where it is built (default .build/fuzz, so that other builds stay as they are)
set -euo pipefail
cd "$(dirname "$0")/.."

total=${TOTAL:-300}
folder=${FOLDER:-.local/fuzz}
scratch=${SCRATCH:-.build/fuzz}
export ATTUNE_FUZZ=1
# Swift would answer a crash itself, and libFuzzer could not keep the input.
export SWIFT_BACKTRACE=enable=no

runtime=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")/lib/clang
if ! find -L "$runtime" -name 'libclang_rt.fuzzer-*.a' 2>/dev/null | grep -q .; then
    echo "Fuzzing is skipped: this Swift has no libFuzzer (libclang_rt.fuzzer)"
    exit 0
fi

echo "Building the fuzzer"
begun=$(date +%s)
swift build --scratch-path "$scratch" --product attune-fuzz >"${TMPDIR:-/tmp}/attune-fuzz-build.$$" 2>&1 || {
    cat "${TMPDIR:-/tmp}/attune-fuzz-build.$$" >&2
    exit 1
}
rm -f "${TMPDIR:-/tmp}/attune-fuzz-build.$$"
program=$(swift build --scratch-path "$scratch" --show-bin-path)/attune-fuzz
echo "Built in $(($(date +%s) - begun)) s"

if [ -n "${ONLY:-}" ]; then targets=$ONLY; else targets=$("$program" --list); fi
count=$(wc -w <<<"$targets")
lanes=2
[ "$count" -gt 1 ] || lanes=1
each=$((total * lanes / count))
[ "$each" -gt 0 ] || each=1
mkdir -p "$folder/found"

# What one target did is one line; what it found is told in full.
one() {
    local target=$1 program=$2 folder=$3 each=$4
    local log=$folder/$target.log
    mkdir -p "$folder/corpus/$target"
    local inputs=("$folder/corpus/$target" "Fuzz/Corpus/$target")
    [ ! -d "Fuzz/Found/$target" ] || inputs+=("Fuzz/Found/$target")
    local status=0
    "$program" "$target" -max_total_time="$each" -timeout=10 -rss_limit_mb=1024 -max_len=16384 -len_control=20 ${SEED:+"-seed=$SEED"} \
        -print_final_stats=1 -artifact_prefix="$folder/found/$target-" "${inputs[@]}" >"$log" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        echo "✘ $target ended with $status"
        grep -aE 'Fatal error|ERROR: libFuzzer|SUMMARY|Test unit written|panic|fatalError' "$log" | head -n 12
        return 1
    fi
    awk -v target="$target" '
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") { last = $(i + 1); if (!first) first = last } }
        /number_of_executed_units/ { runs = $2 }
        /peak_rss_mb/ { memory = $2 }
        END { printf "✔ %-14s %8d runs, coverage %d to %d, %d MB\n", target, runs, first, last, memory }' "$log"
}
export -f one
printf '%s\n' $targets | xargs -P "$lanes" -I{} bash -c 'one "$@"' _ {} "$program" "$folder" "$each"
