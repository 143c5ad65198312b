# shellcheck shell=bash
# shellcheck disable=SC2154
# Sourced: runs the stages of a test run one after the other and keeps count. Needs common.sh.

passed=0
failed=0

# Goes to the repository's root, finds swift, and makes `scratch`, a directory for logs that is removed at the end.
begin_run() {
    local setting
    # Settings of the caller's own service are not for the tests; the place of PostgreSQL still is.
    for setting in "${!WAYBILL_@}"; do
        if [[ $setting != WAYBILL_PG_BIN ]]; then unset "$setting"; fi
    done
    cd -- "$root" || return
    find_swift
    scratch=$(mktemp -d)
    # PostgreSQL does not run as root: its own account must be able to enter, or its cluster goes to /var/lib/waybill.
    chmod 755 "$scratch"
    trap 'rm -rf -- "$scratch"' EXIT
}

# Prints the counts as the last line, and fails where a check has failed.
end_run() {
    say "all stages: $SECONDS s"
    echo "$passed passed, $failed failed"
    [[ $failed -eq 0 ]]
}

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

# Counts each named stage as one failure, since it could not run without the build.
not_run() {
    local name
    for name in "$@"; do
        failed=$((failed + 1))
        say "$name: not run, since the build failed; 1 failed"
    done
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
