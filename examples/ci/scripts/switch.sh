#!/usr/bin/env bash
# switch.sh stop REASON | resume: pauses or resumes provisioning immediately, with an identity that can do nothing else. It needs
# neither Terraform nor the state. While provisioning is stopped, an issue is open, and apply.sh refuses to apply. Terraform does
# not switch it on again automatically: on_outside_pause defaults to "hold". GOTOMEETING_CONNECTION_ID is the connection's id.
set -euo pipefail
. "$(dirname "$0")/forge.sh"
label=gotomeeting-stopped
job=${GOTOMEETING_GRAPH_ENDPOINT:-https://graph.microsoft.com}/v1.0/servicePrincipals/${GOTOMEETING_CONNECTION_ID%%/*}/synchronization/jobs/${GOTOMEETING_CONNECTION_ID#*/}
[ -z "${GOTOMEETING_CA_CERTIFICATE_FILE:-}" ] || export CURL_CA_BUNDLE=$GOTOMEETING_CA_CERTIFICATE_FILE

assertion=$(identity_token)
token=$(curl --silent --show-error --fail-with-body --retry 3 --max-time 60 --config - "${GOTOMEETING_AUTHORITY_HOST:-https://login.microsoftonline.com}/$ARM_TENANT_ID/oauth2/v2.0/token" <<END | jq --raw-output .access_token
data-urlencode = "grant_type=client_credentials"
data-urlencode = "client_id=$ARM_CLIENT_ID"
data-urlencode = "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
data-urlencode = "client_assertion=$assertion"
data-urlencode = "scope=${GOTOMEETING_GRAPH_ENDPOINT:-https://graph.microsoft.com}/.default"
END
)
graph() { (auth=("Authorization: Bearer $token") && send "$@"); }

case ${1:-} in
  stop)
    graph POST "$job/pause" application/json </dev/null
    if [ "$(graph GET "$job" | jq --raw-output .schedule.state)" = Active ]; then
      echo "The job still runs on its schedule." >&2
      exit 1
    fi
    number=$(issue "$label")
    [ -n "$number" ] || printf '%s\n\nNothing is applied while this issue is open. To resume provisioning, run the resume workflow or job. [Log of the stop](%s).\n' "${2:-No reason given.}" "$log" |
      open_issue "$label" "GoToMeeting provisioning is stopped" >/dev/null
    echo "Provisioning is paused."
    ;;
  resume)
    state=$(graph GET "$job")
    if jq --exit-status '.status.quarantine != null and .status.quarantine.reason != null' <<<"$state" >/dev/null; then
      echo "The job is in quarantine, and a start would end the quarantine: find the cause, and then switch provisioning on with Terraform." >&2
      exit 1
    fi
    # The service's documentation says not to start a job that is running.
    jq --exit-status '.schedule.state == "Active"' <<<"$state" >/dev/null || graph POST "$job/start" application/json </dev/null
    number=$(issue "$label")
    [ -z "$number" ] || close_issue "$number" >/dev/null
    echo "Provisioning continues."
    ;;
  *)
    echo "usage: switch.sh stop REASON | switch.sh resume" >&2
    exit 2
    ;;
esac
