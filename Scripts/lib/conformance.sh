#!/usr/bin/env bash
# Holds a running service against its own description: conformance.sh WAYBILL_BINARY. Schemathesis comes from PyPI into an
# environment of its own, once.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

tests=$root/Tests/Conformance
# Named by what is installed, so that another version gets another environment.
environment=$root/.build/conformance-$(cksum <"$tests/requirements.txt" | cut -d' ' -f1)
if [[ ! -x $environment/bin/st ]]; then
    say "installing $(paste -sd' ' "$tests/requirements.txt")"
    rm -rf -- "$environment"
    python3 -m venv "$environment"
    "$environment/bin/pip" install --quiet --disable-pip-version-check -r "$tests/requirements.txt"
fi
exec "$environment/bin/python" "$tests/run.py" --binary "$1"
