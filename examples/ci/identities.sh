#!/usr/bin/env bash
# Run once by a person who is signed in with az and can register applications and grant consent (Privileged Role Administrator):
#
#   identities.sh github OWNER/NAME
#   identities.sh gitlab https://gitlab.example.com GROUP/PROJECT
#   identities.sh azure  ISSUER READER-SUBJECT WRITER-SUBJECT SWITCH-SUBJECT    (as the service connections show them)
#
# Registers the three identities of the kit, without any secret: each is identified by where its jobs run, without wildcards. The
# writer gets the permissions for a configuration that creates the application and assigns people. Override them with WRITER_PERMISSIONS,
# such as "Synchronization.ReadWrite.All Application.Read.All User.Read.All Group.Read.All" if both are managed elsewhere.
set -euo pipefail
graph=00000003-0000-0000-c000-000000000000 # Microsoft Graph, in every tenant
reads="Application.Read.All User.Read.All Group.Read.All"

# identity NAME PERMISSIONS ISSUER SUBJECT...: prints the client id.
identity() {
  local name=$1 permissions=$2 issuer=$3 client permission subject number=0
  shift 3
  client=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
  az ad sp create --id "$client" --output none
  for permission in $permissions; do
    az ad app permission add --id "$client" --api "$graph" --output none --api-permissions \
      "$(az ad sp show --id "$graph" --query "appRoles[?value=='$permission'].id" --output tsv)=Role"
  done
  az ad app permission admin-consent --id "$client" --output none
  for subject in "$@"; do
    number=$((number + 1))
    az ad app federated-credential create --id "$client" --output none --parameters \
      "{\"name\": \"ci-$number\", \"issuer\": \"$issuer\", \"subject\": \"$subject\", \"audiences\": [\"api://AzureADTokenExchange\"]}"
  done
  echo "$name: $client"
}

case "${1:-} $#" in
  "github 2")
    issuer=https://token.actions.githubusercontent.com
    reader=("repo:$2:pull_request" "repo:$2:ref:refs/heads/main")
    writer=("repo:$2:environment:gotomeeting" "repo:$2:environment:gotomeeting-approved")
    switch=("repo:$2:environment:gotomeeting-stop" "repo:$2:environment:gotomeeting-resume")
    ;;
  "gitlab 3")
    # With the setting ci_id_token_sub_claim_components = ["project_path", "ref_protected"] of the project.
    issuer=$2
    reader=("project_path:$3:ref_protected:false" "project_path:$3:ref_protected:true")
    writer=("project_path:$3:ref_protected:true")
    switch=("project_path:$3:ref_protected:true")
    ;;
  "azure 5")
    issuer=$2 reader=("$3") writer=("$4") switch=("$5")
    ;;
  *)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
identity gotomeeting-reader "Synchronization.Read.All $reads" "$issuer" "${reader[@]}"
identity gotomeeting-writer "${WRITER_PERMISSIONS:-Synchronization.ReadWrite.All Application.ReadWrite.All AppRoleAssignment.ReadWrite.All $reads}" "$issuer" "${writer[@]}"
identity gotomeeting-switch Synchronization.ReadWrite.All "$issuer" "${switch[@]}"
