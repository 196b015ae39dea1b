#!/usr/bin/env bash
# nightly.sh: fails if something is not as declared or not healthy, and keeps one issue with the details open until
# recovery. A failing check block counts, although Terraform exits with 0. HEARTBEAT_URL, if set, is called when the job gets
# this far: it tells the monitoring service that the job ran at all.
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
  # The health that the configuration reads, as text from the provider: the same every night until the health changes.
  jq --raw-output '
    [.prior_state | .. | objects | select(.type? == "gotomeeting_sync_status") | .values | select(.healthy == false) | .report // empty] | unique[]' "$work/plan.json" >"$work/health"
else
  echo "- The plan failed." >"$work/problems"
  : >"$work/health"
fi

[ ! -s "$work/problems" ] || printf '\n%s\n\n%s\n\n[The log](%s)\n' "$(cat "$work/problems")" "$(cat "$work/health")" "$log" | tee "$work/body" >&2
numbers=$(issues "$label")
if [ ! -s "$work/problems" ]; then
  for number in $numbers; do close_issue "$number" >/dev/null; done
elif [ -n "$numbers" ]; then
  shortened "$work/body" | edit_issue "${numbers%%$'\n'*}" >/dev/null
else
  shortened "$work/body" | open_issue "$label" "GoToMeeting provisioning is not as it should be" >/dev/null
fi
[ -z "${HEARTBEAT_URL:-}" ] || curl --silent --show-error --fail --retry 3 --max-time 60 --output /dev/null "$HEARTBEAT_URL"
[ ! -s "$work/problems" ]
