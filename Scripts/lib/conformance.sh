#!/usr/bin/env bash
# Holds a running service against its own description: conformance.sh WAYBILL_BINARY. Schemathesis comes from PyPI.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

tests=$root/Tests/Conformance
python=$(python_environment "$tests")
exec "$python" "$tests/run.py" --binary "$1"
