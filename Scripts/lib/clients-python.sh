#!/usr/bin/env bash
# Prints a Python that has the makers of clients and the libraries for streams (Tests/Clients/requirements.txt), apart
# from the tests' own packages.
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

python_environment clients "$root/Tests/Clients/requirements.txt"
