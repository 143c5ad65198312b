#!/usr/bin/env bash
# Runs the tests that depend on the version of PostgreSQL on several versions, two at a time: one runs its Swift tests
# while the other one runs its Python tests. Shows the output of each version when it has ended. The last line is the
# sum, "N passed, N failed".
#
#   Scripts/lib/versions.sh .build/debug/waybill 16=/usr/lib/postgresql/16/bin 18=/opt/postgresql/bin
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

binary=$1
shift
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

log_tests() { Scripts/lib/swift-tests.sh --filter '^OrderLogTests\.'; }

database_tests() {
    Scripts/lib/rooms.sh Databases -m postgres -v --binary "$binary" \
        -o cache_dir="$root/.build/pytest-databases-$1" --junitxml "$root/.build/reports/databases-$1.xml"
}

# run VERSION PROGRAMS TESTS…: the output of each kind of tests goes to a file, whose last line is its count.
run() {
    local version=$1 programs=$2 tests
    shift 2
    for tests in "$@"; do
        say "PostgreSQL $version: ${tests//_/ }" >"$scratch/$version-$tests"
        WAYBILL_PG_BIN=$programs "$tests" "$version" >>"$scratch/$version-$tests" 2>&1 </dev/null || true
        cat "$scratch/$version-$tests"
    done
}

cd -- "$root"
order=(log_tests database_tests)
for version in "$@"; do
    while [[ $(jobs -pr | wc -l) -ge 2 ]]; do wait -n || true; done
    run "${version%%=*}" "${version#*=}" "${order[@]}" &
    order=("${order[1]}" "${order[0]}")
done
wait
passed=0 failed=0
for log in "$scratch"/*; do
    line=$(tail -n 1 "$log")
    # Tests that died without a count are one failure.
    if ! [[ $line =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
        failed=$((failed + 1))
        continue
    fi
    passed=$((passed + BASH_REMATCH[1])) failed=$((failed + BASH_REMATCH[2]))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
