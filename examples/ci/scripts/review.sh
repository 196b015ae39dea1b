#!/usr/bin/env bash
# review.sh COMMIT FILE: plans what a pull request proposes, for reading only, and writes the comment for it into a file. Run by an
# identity that only reads, without any secret. Fails where the plan fails; the comment says so.
set -euo pipefail
. "$(dirname "$0")/forge.sh"
. "$(dirname "$0")/plan.sh"

failed=0
plan -lock=false || failed=$?
comment report "$1" >"$2"
exit "$failed"
