#!/bin/sh
# Starts one node of the cluster. A pod gets a new address when it restarts. A node that was already a
# member tells the others its address, so they find each other even if all of them were down.
set -eu
port="${PORT:-6379}"

own() {
  redis-cli -h "$POD_IP" -p "$port" "$@" | tr -d '\r'
}

meet_again() {
  until [ "$(own ping 2>/dev/null)" = PONG ]; do sleep 1; done
  # Skip a node that never was a member: create.sh refuses a node that knows others.
  [ "$(own cluster info | sed -n 's/^cluster_known_nodes://p')" -gt 1 ] || return 0
  for _ in 1 2 3 4 5 6; do
    for node in $NODES; do
      address="$(getent ahosts "$node" | awk 'NR == 1 {print $1}')"
      [ -z "$address" ] || own cluster meet "$address" "$port" >/dev/null
    done
    sleep "${PAUSE:-10}"
  done
}

meet_again &
exec redis-server --port "$port" --bind "$POD_IP" --dir "${DATA:-/data}" \
  --cluster-enabled yes --cluster-config-file nodes.conf --cluster-node-timeout 5000 \
  --cluster-announce-ip "$POD_IP" --appendonly yes --save "" \
  --maxmemory "${MAXMEMORY:-400mb}" --maxmemory-policy noeviction \
  --requirepass "$REDISCLI_AUTH" --masterauth "$REDISCLI_AUTH"
