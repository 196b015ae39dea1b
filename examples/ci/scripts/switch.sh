#!/usr/bin/env bash
# switch.sh stop REASON | resume: pauses or resumes provisioning immediately, with an identity that can do nothing else. It needs
# neither Terraform nor the state. While provisioning is stopped, an issue is open, and apply.sh refuses to apply. Terraform does
# not switch it on again automatically: on_outside_pause defaults to "hold". GOTOMEETING_CONNECTION_ID is the connection's id.
set -euo pipefail
. "$(dirname "$0")/forge.sh"
label=gotomeeting-stopped

# as HEADER ARGUMENTS: sends something elsewhere than to the forge.
as() { (auth=("$1") && shift && send "$@"); }

: "${ARM_TENANT_ID:?is not set}" "${ARM_CLIENT_ID:?is not set}" "${GOTOMEETING_CONNECTION_ID:?is not set}"
job=${GOTOMEETING_GRAPH_ENDPOINT:-https://graph.microsoft.com}/v1.0/servicePrincipals/${GOTOMEETING_CONNECTION_ID%%/*}/synchronization/jobs/${GOTOMEETING_CONNECTION_ID#*/}
[ -z "${GOTOMEETING_CA_CERTIFICATE_FILE:-}" ] || export CURL_CA_BUNDLE=$GOTOMEETING_CA_CERTIFICATE_FILE

assertion=$(identity_token)
token=$(jq --raw-input --raw-output --arg client "$ARM_CLIENT_ID" --arg graph "${GOTOMEETING_GRAPH_ENDPOINT:-https://graph.microsoft.com}" '
  {grant_type: "client_credentials", client_id: $client, client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: ., scope: "\($graph)/.default"} | [to_entries[] | "\(.key)=\(.value | @uri)"] | join("&")' <<<"$assertion" |
  as "Accept: application/json" POST "${GOTOMEETING_AUTHORITY_HOST:-https://login.microsoftonline.com}/$ARM_TENANT_ID/oauth2/v2.0/token" application/x-www-form-urlencoded |
  jq --raw-output .access_token)
graph() { as "Authorization: Bearer $token" "$@"; }

case ${1:-} in
  stop)
    graph POST "$job/pause" application/json </dev/null
    state=$(graph GET "$job" | jq --raw-output .schedule.state)
    if [ "$state" = Active ]; then
      echo "The job still runs on its schedule." >&2
      exit 1
    fi
    echo "Provisioning is paused."
    trap 'echo "The issue that blocks applies could not be opened: run this again." >&2' ERR
    numbers=$(issues "$label")
    [ -n "$numbers" ] || printf '%s\n\nNothing is applied while this issue is open. To resume provisioning, run the resume workflow or job. [Log of the stop](%s).\n' "${2:-No reason given.}" "$log" |
      open_issue "$label" "GoToMeeting provisioning is stopped" >/dev/null
    ;;
  resume)
    numbers=$(issues "$label")
    state=$(graph GET "$job")
    if jq --exit-status '.status.quarantine != null and .status.quarantine.reason != null' <<<"$state" >/dev/null; then
      echo "The job is in quarantine, and a start would end the quarantine." \
        "Find the cause, ${numbers:+close issue ${numbers//$'\n'/, } so that changes are applied again, }and then change \`resume_token\` of gotomeeting_provisioning_state." >&2
      exit 1
    fi
    # The service's documentation says not to start a job that is running.
    jq --exit-status '.schedule.state == "Active"' <<<"$state" >/dev/null || graph POST "$job/start" application/json </dev/null
    for number in $numbers; do close_issue "$number" >/dev/null; done
    echo "Provisioning continues."
    ;;
  *)
    echo "usage: switch.sh stop REASON | switch.sh resume" >&2
    exit 2
    ;;
esac
