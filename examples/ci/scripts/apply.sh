#!/usr/bin/env bash
# apply.sh [approved]: plans the merged commit again, and applies the plan if it does no more than was reviewed. Otherwise, it posts
# the difference and asks for approval; "approved" then applies a plan that does no more than that difference. The reviewed changes are
# in the comment on the merged pull request, for exactly the merged commit: without it, nothing is applied.
set -euo pipefail
here=$(dirname "$0")
. "$here/forge.sh"
. "$here/plan.sh"

stopped=$(issues gotomeeting-stopped)
if [ -n "$stopped" ]; then
  echo "Provisioning was stopped: see issue ${stopped//$'\n'/, }. Resume provisioning before you apply anything." >&2
  exit 1
fi
plan
if jq --exit-status '. == []' "$work/changes.json" >/dev/null; then
  apply # no resource changes; only values in the state do
  exit
fi

merged=$(merged)
if [ -z "$merged" ]; then
  echo "No pull request belongs to $commit: nobody has reviewed what it does, so nothing is applied." >&2
  exit 1
fi
number=${merged% *}
reviewed="<!-- gotomeeting report ${merged#* } -->"
approved=false
[ "${1:-}" != approved ] || approved=true reviewed="<!-- gotomeeting difference $commit -->"
comments "$number" | jq --slurp --arg mark "$reviewed" '
  [.[] | select((.edited | not) and (.body | startswith($mark))) | .body | split("```json\n")[-1] | split("\n```")[0] | fromjson?] | last' >"$work/reviewed.json"
jq --null-input --raw-output --argjson approved "$approved" --slurpfile reviewed "$work/reviewed.json" --slurpfile report "$work/report.json" --slurpfile changes "$work/changes.json" \
  --from-file "$here/beyond.jq" >"$work/beyond"
if [ ! -s "$work/beyond" ]; then
  apply
  exit
fi
echo "This does more than was reviewed:" | cat - "$work/beyond" >&2
comment difference "$commit" "**Not applied yet: this does more than was reviewed.** Whoever approves the job that waits approves the following.

$(cat "$work/beyond")" >"$work/difference.md"
"$here/comment.sh" "$number" "$work/difference.md"
ask_approval
[ "${1:-}" != approved ] # the approval does not cover this
