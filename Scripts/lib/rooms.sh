#!/usr/bin/env bash
# Runs rooms of the Python tests, three at a time, since most of them wait for servers, and shows each room's output
# when it has ended. Tests that fail beside others are run again alone, and count by that: many measure how long
# something takes. The last line is the sum, "N passed, N failed".
#
# A room may be run in two halves, each by its number.
#
#   Scripts/lib/rooms.sh "Databases:1 Databases:2 Faults Conformance" --binary .build/debug/waybill
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

read -ra rooms <<<"$1"
shift
# Once, before the rooms begin: each would install the packages.
python_environment tests "$root/Tests/requirements.txt" >/dev/null
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

# run ROOM LOG OPTION…
run() {
    local room=$1 log=$2 status=0
    shift 2
    if [[ $room == *:* ]]; then set -- --half "${room#*:}" "$@"; fi
    "$root/Scripts/lib/python-tests.sh" "Tests/${room%:*}" -o cache_dir="$root/.build/pytest-${room,,}" "$@" \
        >"$log" 2>&1 || status=$?
    echo "$status" >"$log.status"
}

# count LOG: prints "PASSED FAILED". A run that dies without its count is one failure.
count() {
    local line passed failed
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1 || true)
    read -r passed _ failed _ <<<"${line:-0 passed, 0 failed}"
    if [[ $(<"$1.status") -ne 0 && $failed -eq 0 ]]; then failed=1; fi
    echo "$passed $failed"
}

# show ROOM: the output of a room that has ended.
show() {
    say "room $1"
    cat "$scratch/$1"
}

for room in "${rooms[@]}"; do
    while [[ $(jobs -pr | wc -l) -ge 3 ]]; do wait -n || true; done
    { run "$room" "$scratch/$room" --junitxml "$root/.build/reports/${room,,}.xml" "$@"; show "$room"; } &
done
wait
passed=0 failed=0
for room in "${rooms[@]}"; do
    read -r room_passed room_failed < <(count "$scratch/$room")
    if [[ $room_failed -gt 0 ]] && grep -q '^FAILED ' "$scratch/$room"; then
        say "room $room: what failed, once more alone"
        run "$room" "$scratch/$room.again" --last-failed "$@"
        cat "$scratch/$room.again"
        read -r again_passed room_failed < <(count "$scratch/$room.again")
        room_passed=$((room_passed + again_passed))
    fi
    passed=$((passed + room_passed)) failed=$((failed + room_failed))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
