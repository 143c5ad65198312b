# Reads the output of `swift test` (Swift Testing) and prints "PASSED FAILED".
#
#   ✔ Test run with 12 tests in 3 suites passed after 0.5 seconds.
#   ✘ Test run with 12 tests in 3 suites failed after 0.6 seconds with 3 issues.
#   ✘ Test "A name" failed after 0.1 seconds with 1 issue.
#   ✘ Test name(of:) with 3 test cases failed after 0.1 seconds with 1 issue.
#
# -v status=N is the command's exit status. The symbols differ by terminal, so nothing depends on them. A run that dies
# before its last line counts the tests that had passed, and one failure.
{ gsub(/\033\[[0-9;]*[A-Za-z]/, "") }

/ Test run with [0-9]+ tests? .*(passed|failed) after / || /^Test run with [0-9]+ tests? .*(passed|failed) after / {
    sub(/.*Test run with /, "")
    total += $1
    runs += 1
    if ($0 ~ /failed after /) runFailed = 1
    next
}

/^[^ ]* *Test .* failed after [0-9.]+ seconds/ { failures += 1; next }
# Skipped tests are part of the run's number.
/^[^ ]* *Test .* skipped/ { skips += 1; next }
/^[^ ]* *Test .* passed after [0-9.]+ seconds/ { passes += 1 }

END {
    if (runs == 0) {
        print passes + 0, failures + 1
        exit
    }
    if (failures == 0 && (runFailed || status != 0)) failures = 1
    passes = total - skips - failures
    print (passes > 0 ? passes : 0), failures + 0
}
