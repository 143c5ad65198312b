# shellcheck shell=bash
# Sourced: runs the stages of a test run one after the other and keeps count. Needs common.sh, and `scratch`, a
# directory for the logs.
# shellcheck disable=SC2154

passed=0
failed=0

# stage NAME COUNTER COMMAND…
# Runs the command, shows its output and adds to the counts what COUNTER makes of it. COUNTER is called with the log's
# path and the exit status and prints "PASSED FAILED". Returns the command's status.
stage() {
    local name=$1 counter=$2 log status=0 started=$SECONDS counts
    shift 2
    log=$(mktemp "$scratch/stage.XXXXXX")
    say "$name"
    { "$@" </dev/null 2>&1 || status=$?; echo "$status" >"$log.status"; } | tee "$log"
    status=$(<"$log.status")
    counts=$("$counter" "$log" "$status")
    passed=$((passed + ${counts% *}))
    failed=$((failed + ${counts#* }))
    say "$name: ${counts% *} passed, ${counts#* } failed, $((SECONDS - started)) s"
    return "$status"
}

# The whole stage is one check.
count_whole() {
    if [[ $2 -eq 0 ]]; then echo "1 0"; else echo "0 1"; fi
}

# The stage ends with a line "N passed, N failed". One that dies without it is one failure.
count_summary() {
    local line
    line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$1" | tail -n 1 || true)
    if [[ -z $line ]]; then
        echo "0 1"
    else
        awk -v status="$2" '{ print $1, (status != 0 && $3 == 0) ? 1 : $3 }' <<<"$line"
    fi
}

count_swift_tests() {
    awk -v status="$2" -f "$root/Scripts/lib/count-swift-tests.awk" "$1"
}
