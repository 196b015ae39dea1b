#!/usr/bin/env bash
# nightly.sh: fails when something is not as declared or not healthy, and keeps one issue that says what, closed on recovery. A
# failing check block counts, for which Terraform by itself exits with 0. HEARTBEAT_URL, if set, is called when the job got this
# far: it tells whoever waits for it that somebody is looking at all.
set -euo pipefail
. "$(dirname "$0")/forge.sh"
. "$(dirname "$0")/plan.sh"
label=gotomeeting-nightly

if plan -lock=false; then
  jq --raw-output '.[] | "- Not as declared: `\(.)`"' "$work/changes.json" >"$work/problems"
  jq --raw-output '
    [.checks[]? | select(.status != "pass") | "- `\(.address.to_display)` \(if .status == "unknown" then "could not be evaluated" else ([.instances[]?.problems[]?.message] | join(" ")) end)"] as $checks
    | [.prior_state | .. | objects | select(.type? == "gotomeeting_sync_status") | .address as $of | .values | select(.healthy == false)
      | .problems[] | select(.severity == "error") | "- `\($of)`: \(.message)"] as $health
    | if $checks == [] then $health[] else $checks[] end' "$work/plan.json" >>"$work/problems"
  # What the configuration reads of the health, in the provider's words: the same every night, until it changes.
  jq --raw-output '
    [.prior_state | .. | objects | select(.type? == "gotomeeting_sync_status") | .values | select(.healthy == false) | .report // empty] | unique[]' "$work/plan.json" >"$work/health"
else
  echo "- The plan failed." >"$work/problems"
  : >"$work/health"
fi

number=$(issue "$label")
if [ -s "$work/problems" ]; then
  printf '\n%s\n\n%s\n\n[The log](%s)\n' "$(cat "$work/problems")" "$(cat "$work/health")" "$log" | tee /dev/stderr |
    if [ -n "$number" ]; then edit_issue "$number"; else open_issue "$label" "GoToMeeting provisioning is not as it should be"; fi >/dev/null
elif [ -n "$number" ]; then
  close_issue "$number" >/dev/null
fi
[ -z "${HEARTBEAT_URL:-}" ] || curl --silent --show-error --fail --retry 3 --max-time 60 --output /dev/null "$HEARTBEAT_URL"
[ ! -s "$work/problems" ]
