#!/usr/bin/env bash
# Runs the examples of docs/clients.md against a service: examples.sh WAYBILL_BINARY. httpx comes from PyPI.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

tests=$root/Tests/Examples
python=$(python_environment "$tests")
exec "$python" "$tests/run.py" --binary "$1"
