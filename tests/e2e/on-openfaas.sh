#!/bin/sh
# The end-to-end tests on an OpenFaaS gateway: make e2e-openfaas GATEWAY=http://127.0.0.1:8080
#
# Stockcast has to be deployed there as docs/deploy.md says, with the sample prices and RATE_LIMIT=0,
# and faas-cli, where it is needed to look at it, to be logged in. The page's tests are left out, which
# take it to be at the root of a host (tests/openfaas has one where it is not), and so are those of
# HTTP itself, of which the gateway answers a part.
#
#   EVENT_TOKEN      the one it was deployed with, to sign the tests' events
#   PYTEST_ARGS      more for pytest, such as "-k batch"
set -eu

here="$(cd "$(dirname "$0")/../.." && pwd)"
gateway="${GATEWAY:?name the gateway, such as GATEWAY=http://127.0.0.1:8080}"
gateway="${gateway%/}"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

for function in web ingest forecast; do
  seconds=0
  until curl --silent --fail --output /dev/null --max-time 60 "$gateway/function/$function/healthz"; do
    [ "$seconds" -lt 60 ] || fail "$function does not answer at $gateway/function/$function/healthz"
    sleep 2
    seconds=$((seconds + 2))
  done
  echo "$function answers"
done
curl --silent --fail --output /dev/null --max-time 60 "$gateway/function/web/readyz" ||
  fail "web does not reach its Redis; see \`faas-cli logs web\`"

cd "$here"
# shellcheck disable=SC2086 # more than one argument
exec .venv/bin/python -m pytest tests/e2e -m "not faults and not browser" \
  --ignore tests/e2e/test_openapi.py --ignore tests/e2e/test_hostile_world.py \
  --base-url "$gateway/function/web" --broker-url "$gateway/async-function/ingest" \
  --event-token "${EVENT_TOKEN:-}" ${PYTEST_ARGS:-}
