# Sourced by the other scripts in this folder: plans into a folder that is removed with all its contents when the script ends. A plan file
# contains sensitive values: it is never uploaded, and only the script that created it applies it.

TF=${TF:-$(command -v terraform || command -v tofu || echo terraform)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tf() { "$TF" -chdir="${TF_DIR:-.}" "$@"; }

# plan ARGUMENTS: writes the plan, the report of the provider as Markdown and JSON, and the changes as JSON. CHECK_PLAN, if set, is a
# command that checks the plan as JSON, such as "conftest test --policy ci/policy".
plan() {
  echo null >"$work/report.json"
  tf init -input=false -no-color &&
    GOTOMEETING_IMPACT_REPORT=$work/report.md GOTOMEETING_IMPACT_REPORT_DETAIL=${GOTOMEETING_IMPACT_REPORT_DETAIL:-ids} tf plan -input=false -no-color -out="$work/plan" "$@" &&
    tf show -json "$work/plan" >"$work/plan.json" &&
    { [ -z "${CHECK_PLAN:-}" ] || $CHECK_PLAN "$work/plan.json"; } &&
    jq '[.resource_changes[]? | select(.mode == "managed" and .change.actions != ["no-op"]) | "\(.change.actions | join(" and ")) \(.address)"]' \
      "$work/plan.json" >"$work/changes.json"
}

# apply applies the plan. With the report of the plan, the provider refuses what has come to change more accounts since.
apply() { GOTOMEETING_IMPACT_REPORT=$work/report.md tf apply -input=false -no-color "$work/plan"; }

# comment KIND COMMIT [TEXT]: prints the comment for the plan. It contains the data that the job after the merge compares with,
# visible to everybody. If too many people are concerned to name them all there, it contains only their numbers.
comment() {
  echo "<!-- gotomeeting $1 $2 -->"
  {
    [ -z "${3:-}" ] || printf '%s\n\n' "$3"
    # Only now the report is complete: the provider does not know when the plan ends.
    sed "$([ ! -s "$work/changes.json" ] || echo 's/ planned so far\.$/./')" "$work/report.md" 2>/dev/null || echo "There is no report of account changes."
    echo
    [ ! -s "$work/changes.json" ] ||
      jq --raw-output 'if . == [] then "No resource changes." else "Resources that change:", "", (.[] | "- `\(.)`") end' "$work/changes.json"
  } >"$work/text"
  shortened "$work/text"
  if [ ! -s "$work/changes.json" ]; then
    echo "**The plan failed.** See [the log]($log) for the reason."
    return
  fi
  jq --null-input --compact-output --slurpfile report "$work/report.json" --slurpfile changes "$work/changes.json" --argjson room "$room" '
    {report: ($report[0] | if . then {detail, connections: [.connections[]
        | {connection_id, effects, at_most, not_known, principals: [.principals[]? | {effect, principal_id}]}]} else null end), changes: $changes[0]}
    | first((., if .report then .report.detail = "counts" | del(.report.connections[].principals) else empty end, {too_long: true})
        | select(tojson | utf8bytelength < $room))' >"$work/machine.json"
  printf '\n<details><summary>For the job that applies</summary>\n\n```json\n%s\n```\n</details>\n' "$(cat "$work/machine.json")"
  printf '\nPlanned for %s: [log](%s).\n' "$2" "$log"
}
