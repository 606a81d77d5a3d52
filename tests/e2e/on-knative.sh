#!/bin/sh
# The end-to-end tests on a Knative cluster: make e2e-knative KUBECONFIG=~/.kube/config
#
# Applies the overlay `try` to the namespace `stockcast`, which must not be there, sees ingest and
# forecast scale to zero, from zero and back, and removes everything again. The cluster needs what
# docs/deploy.md lists, and the images dev.local/stockcast-*:try in its nodes, or those that are named
# by IMAGE_PREFIX and TAG.
#
#   KEEP=1           leave everything there
#   IMAGE_PREFIX     such as registry.example.com/stockcast-      TAG   such as 1
#   INGRESS          namespace/service of Knative's ingress, by default kourier-system/kourier
#   PYTEST_ARGS      more for pytest, such as "-k batch"
set -eu

here="$(cd "$(dirname "$0")/../.." && pwd)"
namespace=stockcast
prefix="${IMAGE_PREFIX:-dev.local/stockcast-}"
tag="${TAG:-try}"
ingress="${INGRESS:-kourier-system/kourier}"
web_port="${WEB_PORT:-18080}"
broker_port="${BROKER_PORT:-18081}"
work="$(mktemp -d)"
forwards=""
applied=""

step() {
  echo
  echo "=== $*"
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

clean_up() {
  code=$?
  trap - EXIT INT TERM
  for pid in $forwards; do kill "$pid" 2>/dev/null || true; done
  if [ -n "$applied" ]; then
    [ "$code" = 0 ] || tell_state
    if [ -z "${KEEP:-}" ]; then
      step "Removing the namespace $namespace"
      kubectl delete namespace "$namespace" --wait=true --timeout=600s ||
        echo "The namespace is still being removed. The tests' result stands."
    fi
  fi
  rm -rf "$work"
  exit "$code"
}

tell_state() {
  step "What stands there"
  kubectl -n "$namespace" get ksvc,revisions,brokers,triggers,sinkbindings,pingsources,pods || true
  for function in web ingest forecast; do
    echo "--- the last words of $function"
    kubectl -n "$namespace" logs --selector "serving.knative.dev/service=$function" \
      --container "$function" --tail 20 || true
  done
}

# Pods of a function that have not been told to end.
pods() {
  kubectl -n "$namespace" get pods --selector "serving.knative.dev/service=$1" \
    --output jsonpath='{range .items[*]}{.metadata.deletionTimestamp}{"x\n"}{end}' | grep -c '^x$' || true
}

until_asleep() {
  seconds=0
  while [ "$(pods "$1")" != 0 ]; do
    [ "$seconds" -lt 300 ] || fail "$1 still has pods after 300 s without an event"
    sleep 5
    seconds=$((seconds + 5))
  done
  echo "$1 has no pod"
}

# Forwards a local port to a service, and goes on doing so where the connection breaks.
forward() {
  (
    child=""
    trap 'kill "$child" 2>/dev/null; exit 0' TERM
    while true; do
      kubectl --namespace "$1" port-forward "service/$2" "$3:80" >/dev/null 2>>"$work/forwards" &
      child=$!
      wait "$child" || sleep 1
    done
  ) &
  forwards="$forwards $!"
}

trap clean_up EXIT
trap 'exit 130' INT TERM

step "Looking at the cluster"
kubectl version >/dev/null || fail "no cluster answers; is KUBECONFIG right?"
for kind in services.serving.knative.dev brokers.eventing.knative.dev \
  sinkbindings.sources.knative.dev pingsources.sources.knative.dev; do
  kubectl get customresourcedefinition "$kind" >/dev/null || fail "Knative is not installed: $kind"
done
kubectl get --namespace "${ingress%%/*}" service "${ingress##*/}" >/dev/null ||
  fail "there is no ingress $ingress; name yours in INGRESS"
if kubectl get namespace "$namespace" >/dev/null 2>&1; then
  fail "there is a namespace $namespace; these tests would remove it"
fi

step "Applying the overlay"
# kustomize takes relative paths alone, and sorts as the outermost says.
ln -s "$here/knative" "$work/knative"
{
  sed -n '/^sortOptions:/,/^resources:/{/^resources:/!p;}' "$here/knative/overlays/try/kustomization.yaml"
  echo "kind: Kustomization"
  echo "resources: [knative/overlays/try]"
  echo "images:"
  for function in web ingest forecast; do
    echo "  - {name: dev.local/stockcast-$function, newName: \"$prefix$function\", newTag: \"$tag\"}"
  done
} >"$work/kustomization.yaml"
kubectl kustomize "$work" >"$work/all.yaml"
applied=yes
kubectl apply --filename "$work/all.yaml"

step "Waiting until everything is ready"
kubectl -n "$namespace" wait --for=condition=Available --timeout=300s deployment/redis deployment/minio
kubectl -n "$namespace" wait --for=condition=Complete --timeout=300s job/bucket
kubectl -n "$namespace" wait --for=condition=Ready --timeout=120s broker/stockcast
kubectl -n "$namespace" wait --for=condition=Ready --timeout=120s sinkbinding/web-to-broker
kubectl -n "$namespace" wait --for=condition=Ready --timeout=300s ksvc/web ksvc/ingest ksvc/forecast
kubectl -n "$namespace" wait --for=condition=Ready --timeout=120s trigger --all
kubectl -n "$namespace" wait --for=condition=Ready --timeout=120s pingsource/refresh

step "Waiting until ingest and forecast sleep"
until_asleep ingest
until_asleep forecast

step "Running the tests"
url="$(kubectl -n "$namespace" get ksvc web --output jsonpath='{.status.url}')"
case "$url" in
  "") fail "web has no URL" ;;
  *.svc.cluster.local) fail "web is not seen from outside: set a domain in config-domain of knative-serving" ;;
esac
token="$(kubectl -n "$namespace" get secret --output jsonpath='{.items[*].data.EVENT_TOKEN}' | base64 -d)"
forward "${ingress%%/*}" "${ingress##*/}" "$web_port"
forward knative-eventing broker-ingress "$broker_port"
seconds=0
until curl --silent --fail --output /dev/null --max-time 60 \
  --header "host: ${url#*://}" "http://127.0.0.1:$web_port/readyz"; do
  [ "$seconds" -lt 60 ] || fail "web does not answer: $(tail -3 "$work/forwards")"
  sleep 2
  seconds=$((seconds + 2))
done
(
  cd "$here"
  # shellcheck disable=SC2086 # more than one argument
  .venv/bin/python -m pytest tests/e2e -m "not faults" \
    --base-url "http://127.0.0.1:$web_port" --host-header "${url#*://}" \
    --broker-url "http://127.0.0.1:$broker_port/$namespace/stockcast" --event-token "$token" \
    ${PYTEST_ARGS:-}
)

step "Seeing ingest and forecast woken by a request, and asleep again"
until_asleep ingest
until_asleep forecast
asked="http://127.0.0.1:$web_port/api/forecasts"
curl --silent --show-error --fail --output /dev/null --max-time 60 --header "host: ${url#*://}" \
  "http://127.0.0.1:$web_port/healthz"
took="$(curl --silent --show-error --fail --output "$work/answer" --write-out '%{time_total}' \
  --max-time 60 --header "host: ${url#*://}" --header "content-type: application/json" "$asked" \
  --data '{"symbol": "IBM", "days": 777, "id": "wake-up-call"}')"
cat "$work/answer"
echo
echo "the submission was answered after $took s"
echo "$took" | awk '{ exit !($1 < 1) }' ||
  fail "the submission waited for functions that sleep; see async-handler in docs/deploy.md"
seconds=0
until curl --silent --max-time 60 --header "host: ${url#*://}" "$asked/wake-up-call" |
  grep -q '"status":"done"'; do
  [ "$seconds" -lt 120 ] || fail "the request is not done after 120 s"
  sleep 1
  seconds=$((seconds + 1))
done
echo "answered after $seconds s"
for function in ingest forecast; do
  [ "$(pods "$function")" != 0 ] || fail "$function has no pod right after its event"
  echo "$function was woken"
done
until_asleep ingest
until_asleep forecast

step "All is well"
