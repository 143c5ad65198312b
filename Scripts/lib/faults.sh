#!/usr/bin/env bash
# Black-box fault tests of the binary: faults.sh WAYBILL_BINARY [small|full] [NAME…]. The HTTP/2 of its clients comes from
# PyPI.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

tests=$root/Tests/Faults
python=$(python_environment "$tests")
exec "$python" "$tests/run.py" --binary "$1" --scale "${2:-small}" "${@:3}"
