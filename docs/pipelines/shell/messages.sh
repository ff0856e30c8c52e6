#!/usr/bin/env bash
# The pipeline for systems of any other kind: messages.sh validate, plan, deploy or unlock, after `npm ci`.
#
# STACK   the stack to deploy to; without it: dev
# FOLDER  where Pulumi.yaml is; without it: the current folder
#
# Between plan and deploy, keep plan.json. Between attempts to deploy, keep .queue-seeder/journal, or set
# QUEUE_SEEDER_JOURNAL to a folder that stays.
set -euo pipefail

stack=${STACK:-dev}
cd "${FOLDER:-.}"
queue_seeder=node_modules/.bin/queue-seeder

case ${1:-} in
  # Ends with 1 where something is wrong. It needs no secrets.
  validate)
    exec "$queue_seeder" validate --stack "$stack"
    ;;
  # Ends with 0 where there is nothing to do, 2 where there is, 1 where nothing may be deployed. plan.md is for people.
  plan)
    code=0
    "$queue_seeder" plan --stack "$stack" --format markdown --out plan.json --detailed-exitcode > plan.md || code=$?
    cat plan.md
    exit "$code"
    ;;
  # Pushes what plan.json says, or nothing. `exec`, so that a signal reaches what pushes.
  deploy)
    exec "$queue_seeder" up --stack "$stack" --yes --expect plan.json --wait 600
    ;;
  # For when a deployment was killed and left the stack locked.
  unlock)
    exec npx pulumi cancel --stack "$stack" --yes
    ;;
  *)
    echo "Usage: messages.sh validate|plan|deploy|unlock" >&2
    exit 64
    ;;
esac
