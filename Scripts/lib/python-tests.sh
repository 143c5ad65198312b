#!/usr/bin/env bash
# Runs the Python tests by pytest, whose options it takes, such as
#
#   Scripts/lib/python-tests.sh Tests/Faults -k kill9 --scale full
#   Scripts/lib/python-tests.sh --binary .build/release/waybill -m 'not slow' --junitxml report.xml
#
#   Tests/Faults        black-box tests of faults: killed processes, lost connections, wrong input
#   Tests/Databases     the service and its database: logins, versions, frozen servers, full disks, backups, upgrades
#   Tests/Cluster       several processes of the service on one database, edges, Redis, replicas
#   Tests/Answers       docs/answers.md against a running service
#   Tests/Examples      the examples, statements and links of README.md and the hand-written pages
#   Tests/Conformance   the service against its own description, by Schemathesis
#   Tests/Clients       clients that generators make of the description, and libraries for streams
#   Tests/Browser       streams in the system's Chromium, by Playwright
#   Tests/Deployment    the files of deploy/, each read by its own program: compose, Kubernetes, systemd, the package
#
# --binary (.build/debug/waybill) is tested. -v prints each test, -vv each fact. The last line is "N passed, N failed",
# where each fact that a test checks counts. Packages come from PyPI (Tests/requirements.txt).
set -euo pipefail

# shellcheck source=Scripts/lib/common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=Scripts/lib/python.sh
source "$root/Scripts/lib/python.sh"

python=$(python_environment tests "$root/Tests/requirements.txt")
# No compiled files beside the sources.
export PYTHONDONTWRITEBYTECODE=1
exec "$python" -m pytest --rootdir "$root" -c "$root/pyproject.toml" "$@"
