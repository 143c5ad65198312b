#!/usr/bin/env bash
# Runs Swift tests that are built; the options are those of `swift test`. Tests that fail beside others are run again
# alone, and count by that: many wait for servers that share the machine's cores with them. The last line is the sum,
# "N passed, N failed".
#
#   Scripts/lib/swift-tests.sh --filter '^OrderLogTests\.'
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
scratch=$(mktemp -d)
find_swift
trap 'rm -rf -- "$scratch"' EXIT

# run LOG OPTION…: runs tests, shows their output, and sets `passed` and `failed`.
run() {
    local log=$1 status=0
    shift
    swift test --skip-build --xunit-output "$scratch/report.xml" "$@" </dev/null 2>&1 | tee "$log" || status=$?
    read -r passed failed < <(awk -v status="$status" -f "$root/Scripts/lib/count-swift-tests.awk" "$log")
}

run "$scratch/first" "$@"
first_passed=$passed
# Both libraries for tests write a report; the one of Swift Testing has this name.
names=$(python3 "$root/Scripts/lib/failed_swift_tests.py" "$scratch/report-swift-testing.xml" || true)
# A run that died says nothing of the tests that it did not reach.
if [[ $failed -gt 0 && $(wc -l <<<"$names") -eq $failed && -n $names ]]; then
    say "what failed, once more alone"
    rm -f "$scratch"/report*.xml
    run "$scratch/again" --no-parallel --filter "^($(paste -s -d '|' <<<"$names"))"
    passed=$((first_passed + passed))
fi
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
