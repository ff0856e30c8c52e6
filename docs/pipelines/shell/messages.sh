#!/usr/bin/env bash
# The pipeline for any other system: messages.sh validate, plan, deploy or unlock, after `npm ci`.
#
# STACK   the stack to deploy to; default: dev
# FOLDER  where Pulumi.yaml is; default: the current folder
#
# Keep plan.json between plan and deploy. Keep .queue-seeder/journal between attempts to deploy, or set
# QUEUE_SEEDER_JOURNAL to a persistent folder.
set -euo pipefail

stack=${STACK:-dev}
cd "${FOLDER:-.}"
queue_seeder=node_modules/.bin/queue-seeder

case ${1:-} in
  # Ends with 1 if there are problems. Needs no secrets.
  validate)
    exec "$queue_seeder" validate --stack "$stack"
    ;;
  # Ends with 0 if there is nothing to do, 2 if there is, 1 if `up` would refuse. Writes plan.md for reviewers.
  plan)
    code=0
    "$queue_seeder" plan --stack "$stack" --format markdown --out plan.json --detailed-exitcode > plan.md || code=$?
    cat plan.md
    exit "$code"
    ;;
  # Pushes exactly what plan.json contains, or nothing. `exec` lets signals reach the process that pushes.
  deploy)
    exec "$queue_seeder" up --stack "$stack" --yes --expect plan.json --wait 600
    ;;
  # Run this if a deployment was killed and left the stack locked.
  unlock)
    exec npx --no-install pulumi cancel --stack "$stack" --yes
    ;;
  *)
    echo "Usage: messages.sh validate|plan|deploy|unlock" >&2
    exit 64
    ;;
esac
