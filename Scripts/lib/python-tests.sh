#!/usr/bin/env bash
# Runs the Python tests of one directory against a binary: python-tests.sh DIRECTORY WAYBILL_BINARY [OPTION…], such as
# `python-tests.sh Faults .build/debug/waybill --scale full rolling`. What they need comes from PyPI.
#
#   Faults        black-box tests of what goes wrong
#   Examples      the examples of docs/clients.md
#   Conformance   the service against its own description, by Schemathesis
#   Browser       streams in Chromium, which is the system's, by Playwright
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

tests=$root/Tests/$1
python=$(python_environment "$tests")
exec "$python" "$tests/run.py" --binary "$2" "${@:3}"
