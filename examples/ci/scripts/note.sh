#!/usr/bin/env bash
# note.sh ask | post: for GitLab, where jobs cannot write notes with their own token. The pipeline of a merge request, which has no secret, triggers
# a pipeline of the default branch, which has the token; that pipeline takes the comment from the artifacts of the job "review". REVIEWED_PIPELINE
# is the pipeline that it takes them from.
set -euo pipefail
here=$(dirname "$0")
. "$here/forge.sh"

if [ "${1:-}" = ask ]; then
  # Only the reason for a refusal is shown.
  answer=$(printf 'form = "token=%s"\n' "$CI_JOB_TOKEN" | curl --silent --show-error --fail-with-body --retry 3 --max-time 60 --config - \
    --form "ref=$CI_DEFAULT_BRANCH" --form "inputs[reviewed_pipeline]=$CI_PIPELINE_ID" "$repository/trigger/pipeline") || { echo "$answer" >&2 && exit 1; }
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=$(send GET "$repository/pipelines/$REVIEWED_PIPELINE" |
  jq --raw-output 'select(.source == "merge_request_event") | .ref | capture("^refs/merge-requests/(?<iid>[0-9]+)/(head|merge)$").iid')
if [ -z "$number" ]; then
  echo "Pipeline $REVIEWED_PIPELINE does not belong to a merge request." >&2
  exit 1
fi
job=$(pages "$repository/pipelines/$REVIEWED_PIPELINE/jobs?" | jq --raw-output 'select(.name == "review") | .id' | sed -n 1p)
# The branch created the comment, so it is accepted only as the report of the newest commit of its own merge request, and no line of it is
# a quick action, such as /approve.
send GET "$repository/jobs/$job/artifacts/comment.md" | sed 's|^[[:space:]]*/|\\&|' >"$work/comment.md"
head=$(send GET "$repository/merge_requests/$number" | jq --raw-output .sha)
if [ "$(head -n 1 "$work/comment.md")" != "<!-- gotomeeting report $head -->" ]; then
  echo "This is not the report of the newest commit, $head: the pipeline of that commit posts its own note." >&2
  exit 1
fi
"$here/comment.sh" "$number" "$work/comment.md"
