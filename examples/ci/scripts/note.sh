#!/usr/bin/env bash
# note.sh ask | post: for GitLab, whose jobs may not write notes by themselves. A merge request's pipeline, which has no secret, asks
# the default branch's for a pipeline that has the token; that one takes the comment from the artifacts of the job "review".
# REVIEWED_PIPELINE says of which pipeline.
set -euo pipefail
here=$(dirname "$0")
. "$here/forge.sh"

if [ "${1:-}" = ask ]; then
  printf 'form = "token=%s"\n' "$CI_JOB_TOKEN" | curl --silent --show-error --fail-with-body --retry 3 --max-time 60 --output /dev/null --config - \
    --form "ref=$CI_DEFAULT_BRANCH" --form "variables[REVIEWED_PIPELINE]=$CI_PIPELINE_ID" "$repository/trigger/pipeline"
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=$(send GET "$repository/pipelines/$REVIEWED_PIPELINE" |
  jq --raw-output 'select(.source == "merge_request_event") | .ref | capture("^refs/merge-requests/(?<iid>[0-9]+)/(head|merge)$").iid')
if [ -z "$number" ]; then
  echo "Pipeline $REVIEWED_PIPELINE is not that of a merge request." >&2
  exit 1
fi
job=$(pages "$repository/pipelines/$REVIEWED_PIPELINE/jobs?" | jq --raw-output 'select(.name == "review") | .id' | sed -n 1p)
send GET "$repository/jobs/$job/artifacts/comment.md" >"$work/comment.md"
# The branch made the comment. It is only taken for what it is: the report of the newest commit of its own merge request.
head=$(send GET "$repository/merge_requests/$number" | jq --raw-output .sha)
if [ "$(head -n 1 "$work/comment.md")" != "<!-- gotomeeting report $head -->" ]; then
  echo "This is not the report of the newest commit, $head: the pipeline of that one asks for its own note." >&2
  exit 1
fi
"$here/comment.sh" "$number" "$work/comment.md"
