#!/bin/sh
# Joins the six nodes into one cluster. Running it again changes nothing.
set -eu
port="${PORT:-6379}"

info() {
  redis-cli -h "$1" -p "$port" cluster info | tr -d '\r'
}

addresses=""
for node in $NODES; do
  until [ "$(redis-cli -h "$node" -p "$port" ping 2>/dev/null)" = PONG ]; do
    echo "waiting for $node"
    sleep 1
  done
  # Redis nodes know each other by address, never by name.
  addresses="$addresses $(getent ahosts "$node" | awk 'NR == 1 {print $1}'):$port"
done

first="${NODES%% *}"
if info "$first" | grep -q '^cluster_slots_assigned:0$'; then
  # shellcheck disable=SC2086 # one argument each
  redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
fi
for node in $NODES; do
  until info "$node" | grep -q '^cluster_state:ok$'; do
    echo "waiting for $node to see the cluster"
    sleep 1
  done
done
echo "the cluster is complete"
