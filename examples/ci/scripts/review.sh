#!/usr/bin/env bash
# review.sh COMMIT FILE: runs a plan of a pull request, only for review, and writes the comment for it to a file. An identity that
# only reads runs it, without any secret. Fails if the plan fails, which the comment also reports.
set -euo pipefail
. "$(dirname "$0")/forge.sh"
. "$(dirname "$0")/plan.sh"

failed=0
plan -lock=false || failed=$?
comment report "$1" >"$2"
exit "$failed"
