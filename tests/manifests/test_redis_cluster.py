"""The scripts of the component `redis-cluster`, with six real nodes.

Like pods, each has its own loopback address and the same port. Only Linux has these addresses.
"""

import os
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import redis

from local.process import Process
from local.servers import Program
from tests.manifests.building import KNATIVE
from tests.support.redis_cluster import port_of_node
from tests.support.waiting import until

SCRIPTS = KNATIVE / "components" / "redis-cluster"
NODES = [f"127.0.6.{number}" for number in range(1, 7)]
MOVED = [f"127.0.7.{number}" for number in range(1, 7)]
PASSWORD = "planted-password"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs the whole of 127.0.0.0/8")


@pytest.fixture(scope="module")
def port():
    return port_of_node(_is_free)


def _is_free(port):
    for address in (*NODES, *MOVED):
        with socket.socket() as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def environment(port, nodes=NODES):
    own = str(Path(sys.executable).parent)
    return {
        "PATH": f"{own}:{os.environ['PATH']}",
        "PORT": str(port),
        "NODES": " ".join(nodes),
        "REDISCLI_AUTH": PASSWORD,
        "PAUSE": "1",
    }


def node(home, address, port, nodes=NODES):
    """One node, started by start.sh at `address` with its data in `home`."""
    home.mkdir(exist_ok=True)
    env = {**environment(port, nodes), "POD_IP": address, "DATA": str(home)}

    def answers():
        try:
            return client(address, port).ping()
        except redis.ConnectionError:
            return False

    process = Process(
        Program("node", ("sh", str(SCRIPTS / "start.sh")), (port,), answers, env), home / "log"
    )
    process.start()
    return process


def client(address, port):
    return redis.Redis(host=address, port=port, password=PASSWORD, socket_timeout=5)


def create(port):
    return subprocess.run(
        ["sh", str(SCRIPTS / "create.sh")],
        env=environment(port),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def nodes(port, tmp_path_factory):
    home = tmp_path_factory.mktemp("nodes")
    started = [node(home / str(place), address, port) for place, address in enumerate(NODES)]
    for one in started:
        one.wait_until_ready(300)
    yield started
    for one in started:
        one.stop()


@pytest.fixture(scope="module")
def created(nodes, port):
    ran = create(port)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran


def info(address, port):
    return client(address, port).execute_command("CLUSTER INFO")


def members(address, port):
    """Every node by its id, as the node at `address` sees it: its address and its health.

    Leaves out nodes in a handshake, because their ids are temporary.
    """
    listed = client(address, port).execute_command("CLUSTER NODES")
    return {
        fields["node_id"]: (at.rpartition(":")[0], "fail" not in fields["flags"])
        for at, fields in listed.items()
        if "handshake" not in fields["flags"]
    }


def test_six_nodes_join_as_three_masters_with_a_replica_each(created, port):
    assert "the cluster is complete" in created.stdout
    wanted = {
        "cluster_state": "ok",
        "cluster_slots_assigned": "16384",
        "cluster_known_nodes": "6",
        "cluster_size": "3",
    }
    for address in NODES:
        until(partial(info, address, port), lambda told: wanted.items() <= told.items())
    roles = [client(address, port).info("replication")["role"] for address in NODES]
    assert sorted(roles) == ["master"] * 3 + ["slave"] * 3


def test_the_client_of_the_functions_reaches_every_slot(created, port):
    cluster = redis.RedisCluster(host=NODES[0], port=port, password=PASSWORD)
    for number in range(50):
        assert cluster.set(f"key-{number}", number)
    assert [int(cluster.get(f"key-{number}")) for number in range(50)] == list(range(50))
    cluster.close()


def test_made_again_it_stays_as_it_is(created, port):
    before = until(lambda: members(NODES[0], port), lambda told: len(told) == len(NODES))
    again = create(port)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Performing hash slots allocation" not in again.stdout
    until(lambda: members(NODES[0], port), lambda told: told == before)


def test_nodes_that_all_come_back_at_other_addresses_find_each_other(created, nodes, port):
    ids = [client(address, port).execute_command("CLUSTER MYID").decode() for address in NODES]
    homes = [one.log_path.parent for one in nodes]
    for one in nodes:
        one.stop()
    for place, (home, address) in enumerate(zip(homes, MOVED, strict=True)):
        nodes[place] = node(home, address, port, MOVED)
    for one in nodes:
        one.wait_until_ready(300)
    moved = {own: (address, True) for own, address in zip(ids, MOVED, strict=True)}
    for address in MOVED:
        until(partial(members, address, port), lambda told: told == moved)
        until(partial(info, address, port), lambda told: told["cluster_state"] == "ok")
