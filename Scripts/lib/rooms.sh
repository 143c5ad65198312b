#!/usr/bin/env bash
# Runs rooms of the Python tests side by side, since most of them wait for servers, and shows each room's output when it
# has ended. The last line is the sum, "N passed, N failed".
#
#   Scripts/lib/rooms.sh "Faults Databases" --binary .build/debug/waybill
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

read -ra rooms <<<"$1"
shift
scratch=$(mktemp -d)
trap 'rm -rf -- "$scratch"' EXIT

for room in "${rooms[@]}"; do
    (
        status=0
        "$root/Scripts/lib/python-tests.sh" "Tests/$room" --junitxml "$root/.build/reports/${room,,}.xml" "$@" \
            >"$scratch/$room" 2>&1 || status=$?
        echo "$status" >"$scratch/$room.status"
    ) &
done
passed=0 failed=0
for room in "${rooms[@]}"; do
    until [[ -e $scratch/$room.status ]]; do wait -n || true; done
    say "room $room"
    cat "$scratch/$room"
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$scratch/$room" | tail -n 1 || true)
    read -r room_passed _ room_failed _ <<<"${line:-0 passed, 0 failed}"
    # A room that dies without its count is one failure.
    if [[ $(<"$scratch/$room.status") -ne 0 && $room_failed -eq 0 ]]; then room_failed=1; fi
    passed=$((passed + room_passed)) failed=$((failed + room_failed))
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]
