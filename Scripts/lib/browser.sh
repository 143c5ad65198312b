#!/usr/bin/env bash
# Follows streams in Chromium, through a proxy that cuts them off, thirty in one page, and conflated under load:
# browser.sh WAYBILL_BINARY [small|full] [NAME…]. Playwright comes from PyPI, the browser is the system's.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

tests=$root/Tests/Browser
python=$(python_environment "$tests")
exec "$python" "$tests/run.py" --binary "$1" --scale "${2:-small}" "${@:3}"
