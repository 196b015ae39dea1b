#!/usr/bin/env bash
# comment.sh NUMBER FILE: puts a comment into a pull request in place of the former one of its kind. It is deleted and posted again
# instead of edited: so it stands below what was said meanwhile, and one that was edited is known not to be the job's own words.
set -euo pipefail
. "$(dirname "$0")/forge.sh"

kind=$(sed -n 1p "$2" | cut -d ' ' -f 1-3) # "<!-- gotomeeting report"
comments "$1" | jq --raw-output --arg kind "$kind " 'select(.body | startswith($kind)) | .id' | while read -r id; do
  remove "$1" "$id" >/dev/null
done
post "$1" <"$2" >/dev/null
