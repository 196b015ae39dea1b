#!/usr/bin/env bash
# comment.sh NUMBER FILE: adds a comment to a pull request and then removes the previous one of its kind. The comment is posted again and
# deleted instead of edited, so it appears below newer comments, and an edited comment is recognizable as not written by the job.
set -euo pipefail
. "$(dirname "$0")/forge.sh"

kind=$(sed -n 1p "$2" | cut -d ' ' -f 1-3) # "<!-- gotomeeting report"
previous=$(comments "$1" | jq --raw-output --arg kind "$kind " 'select(.body | startswith($kind)) | .id')
post "$1" <"$2" >/dev/null
for id in $previous; do
  remove "$1" "$id" >/dev/null
done
