# Sourced by the other scripts in this folder: detects the forge and defines the few requests that they send to it. The forge's own variables
# provide its address; the token is that of the job, except on GitLab, where a job token cannot write notes.
#
# Comments and issues of the kit begin with a machine-readable line, "<!-- gotomeeting ... -->".

# send METHOD URL [CONTENT-TYPE]: sends standard input, if there is a content type, and prints the response, or, as an error, the reason
# for a refusal. The token is not on the command line, where every process could read it. The response goes to a file first: curl
# would print what each attempt gets, also if a later one succeeds. Instead of a refusal, Azure DevOps may send its sign-in page (203) or redirect to it (302).
send() {
  local body=() response code status=0
  [ $# -lt 3 ] || body=(--header "Content-Type: $3" --data-binary @-)
  response=$(mktemp)
  code=$(curl --silent --show-error --fail-with-body --retry 3 --max-time 60 --output "$response" --write-out '%{http_code}' --request "$1" \
    ${body[@]+"${body[@]}"} --config <(printf 'header = "%s"\n' "${auth[@]}") "$2") || status=$?
  [[ $status -ne 0 || $code == 20[0124] ]] || status=22
  if [ "$status" -eq 0 ]; then cat "$response"; else printf '%s: %s %s\n' "$2" "$code" "$(head -c 2000 "$response")" >&2; fi
  rm -f "$response"
  return "$status"
}

# pages URL: prints the elements of a list that has pages of a hundred.
pages() {
  local page=1 found
  while :; do
    found=$(send GET "$1&per_page=100&page=$page") || return
    jq --compact-output '.[]' <<<"$found" || return
    [ "$(jq length <<<"$found")" -eq 100 ] || return 0
    page=$((page + 1))
  done
}

# shortened FILE: prints as much of a text as fits into a comment or an issue of any forge, together with $room bytes of data.
shortened() {
  if [ "$(wc -c <"$1")" -le 20000 ]; then
    cat "$1"
  else
    head -c 20000 "$1" | sed '$d'
    printf '\n**Shortened:** the rest is in [the log](%s).\n' "$log"
  fi
}

if [ -n "${GITHUB_ACTIONS:-}" ]; then
  auth=("Authorization: Bearer $GITHUB_TOKEN" "Accept: application/vnd.github+json")
  repository=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY
  room=40000 # of 65,536
  commit=$GITHUB_SHA
  log=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID

  # merged: prints the number and head commit of the pull request that contains the commit.
  merged() { pages "$repository/commits/$commit/pulls?" | jq --raw-output 'select(.merged_at) | "\(.number) \(.head.sha)"' | sed -n 1p; }
  # comments NUMBER: prints each comment that a workflow of this repository wrote, oldest first, and whether somebody has edited it since.
  comments() { pages "$repository/issues/$1/comments?" | jq --compact-output 'select(.user.login == "github-actions[bot]") | {id, body, edited: (.created_at != .updated_at)}'; }
  remove() { send DELETE "$repository/issues/comments/$2"; }
  post() { jq --raw-input --slurp '{body: .}' | send POST "$repository/issues/$1/comments" application/json; }
  # issues LABEL: prints the numbers of the open issues with the label: one, unless two jobs opened it at the same time.
  issues() { pages "$repository/issues?state=open&labels=$1" | jq --raw-output 'select(.pull_request | not) | .number'; }
  open_issue() { jq --raw-input --slurp --arg tag "$1" --arg title "$2" '{title: $title, body: ., labels: [$tag]}' | send POST "$repository/issues" application/json; }
  edit_issue() { jq --raw-input --slurp '{body: .}' | send PATCH "$repository/issues/$1" application/json; }
  close_issue() { jq --null-input '{state: "closed"}' | send PATCH "$repository/issues/$1" application/json; }
  # ask_approval: tells the workflow that a person must approve.
  ask_approval() { echo "approval=needed" >>"$GITHUB_OUTPUT"; }
  # identity_token: prints the token by which Entra ID identifies this job.
  identity_token() {
    local auth=("Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    send GET "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=api://AzureADTokenExchange" | jq --raw-output .value
  }

elif [ -n "${GITLAB_CI:-}" ]; then
  auth=("PRIVATE-TOKEN: ${GITLAB_TOKEN:-}")
  repository=$CI_API_V4_URL/projects/$CI_PROJECT_ID
  room=900000 # of 1,000,000
  commit=$CI_COMMIT_SHA
  log=$CI_JOB_URL

  merged() { pages "$repository/repository/commits/$commit/merge_requests?" | jq --raw-output 'select(.state == "merged") | "\(.iid) \(.sha)"' | sed -n 1p; }
  comments() {
    local own
    own=$(send GET "$CI_API_V4_URL/user" | jq .id) || return
    pages "$repository/merge_requests/$1/notes?sort=asc" | jq --compact-output --argjson own "$own" 'select(.author.id == $own and .system == false) | {id, body, edited: (.created_at != .updated_at)}'
  }
  remove() { send DELETE "$repository/merge_requests/$1/notes/$2"; }
  post() { jq --raw-input --slurp '{body: .}' | send POST "$repository/merge_requests/$1/notes" application/json; }
  issues() { pages "$repository/issues?state=opened&labels=$1" | jq --raw-output .iid; }
  open_issue() { jq --raw-input --slurp --arg tag "$1" --arg title "$2" '{title: $title, description: ., labels: $tag}' | send POST "$repository/issues" application/json; }
  edit_issue() { jq --raw-input --slurp '{description: .}' | send PUT "$repository/issues/$1" application/json; }
  close_issue() { jq --null-input '{state_event: "close"}' | send PUT "$repository/issues/$1" application/json; }
  ask_approval() { exit 3; } # an exit code that the job allows
  identity_token() { echo "$ARM_OIDC_TOKEN"; }

elif [ -n "${TF_BUILD:-}" ]; then
  auth=("Authorization: Bearer $SYSTEM_ACCESSTOKEN")
  project=$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_apis
  repository=$project/git/repositories/$BUILD_REPOSITORY_ID
  room=120000 # of 150,000
  api=api-version=7.1
  # The task AzureCLI provides this for the service connection that the job is allowed to use.
  export ARM_TENANT_ID=${ARM_TENANT_ID:-${AZURESUBSCRIPTION_TENANT_ID:-}} ARM_CLIENT_ID=${ARM_CLIENT_ID:-${AZURESUBSCRIPTION_CLIENT_ID:-}}
  export ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID=${ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID:-${AZURESUBSCRIPTION_SERVICE_CONNECTION_ID:-}}
  commit=$BUILD_SOURCEVERSION
  log=$SYSTEM_COLLECTIONURI$SYSTEM_TEAMPROJECTID/_build/results?buildId=$BUILD_BUILDID

  merged() {
    jq --null-input --arg commit "$commit" '{queries: [{type: "lastMergeCommit", items: [$commit]}]}' | send POST "$repository/pullrequestquery?$api" application/json |
      jq --raw-output '[.results[][][] | select(.status == "completed")][0] // empty | "\(.pullRequestId) \(.lastMergeSourceCommit.commitId)"'
  }
  comments() {
    local own
    own=$(send GET "${SYSTEM_COLLECTIONURI}_apis/connectionData" | jq .authenticatedUser.id) || return
    send GET "$repository/pullRequests/$1/threads?$api" | jq --compact-output --argjson own "$own" '.value | sort_by(.id)[] | .id as $thread | .comments[]
      | select(.author.id == $own and (.isDeleted | not)) | {id: "\($thread)/comments/\(.id)", body: .content, edited: (.publishedDate != .lastContentUpdatedDate)}'
  }
  remove() { send DELETE "$repository/pullRequests/$1/threads/$2?$api"; }
  # The thread is created closed: an open one would have to be resolved before the merge.
  post() { jq --raw-input --slurp '{status: "closed", comments: [{parentCommentId: 0, commentType: "text", content: .}]}' | send POST "$repository/pullRequests/$1/threads?$api" application/json; }
  # Types and states of work items depend on the process of the project: the defaults are those of Basic.
  issues() {
    jq --null-input --arg tag "$1" --arg closed "${WORK_ITEM_CLOSED:-Done}" \
      '{query: "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '\''\($tag)'\'' AND [System.State] <> '\''\($closed)'\''"}' |
      send POST "$project/wit/wiql?$api" application/json | jq --raw-output '.workItems // [] | .[].id'
  }
  open_issue() {
    local type=${WORK_ITEM_TYPE:-Issue}
    jq --raw-input --slurp --arg tag "$1" --arg title "$2" '[{op: "add", path: "/fields/System.Title", value: $title}, {op: "add", path: "/fields/System.Tags", value: $tag},
      {op: "add", path: "/fields/System.Description", value: .}, {op: "add", path: "/multilineFieldsFormat/System.Description", value: "Markdown"}]' |
      send POST "$project/wit/workitems/\$${type// /%20}?$api" application/json-patch+json
  }
  edit_issue() { jq --raw-input --slurp '[{op: "add", path: "/fields/System.Description", value: .}]' | send PATCH "$project/wit/workitems/$1?$api" application/json-patch+json; }
  close_issue() { jq --null-input --arg closed "${WORK_ITEM_CLOSED:-Done}" '[{op: "add", path: "/fields/System.State", value: $closed}]' | send PATCH "$project/wit/workitems/$1?$api" application/json-patch+json; }
  ask_approval() { echo "##vso[task.setvariable variable=approval;isOutput=true]needed"; }
  identity_token() { send POST "$SYSTEM_OIDCREQUESTURI?$api&serviceConnectionId=$ARM_ADO_PIPELINE_SERVICE_CONNECTION_ID" application/json </dev/null | jq --raw-output .oidcToken; }

else
  echo "This script runs only in GitHub Actions, GitLab CI, or Azure Pipelines." >&2
  exit 1
fi
