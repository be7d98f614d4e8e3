"""Containers with nothing but a loopback, for half the price.

A container of the network `none` is entered into the engine's networks, which a copy of the
engine itself sees to, started each time: that takes as long as all the rest of its start. A
container whose network is *disabled* has a namespace of its own and a loopback in it, too, both
from the runtime. It only lacks what the engine writes for the former: /etc/hosts (without
it nobody is `localhost`), /etc/resolv.conf, and IPv6 turned off. The files are the same
for every container of the network `none`. So one of them is started once a run, its files are
laid read-only into the others, and it stays, ended, until the run does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import docker
from docker.errors import APIError
from docker.types import Mount

from sandbox.env.engine import LOST

NONE = "none"
_NO_IPV6 = {"net.ipv6.conf.all.disable_ipv6": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """Where the files of the container that all others are like lie, on the engine's machine."""

    hosts: str
    resolv: str

    def applied(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The options of a container of the network `none`, as those of one like it; of others they stay the same."""
        if options.get("network_mode") != NONE or options.get("extra_hosts"):
            return dict(options)
        files = (("/etc/hosts", self.hosts), ("/etc/resolv.conf", self.resolv))
        # Of type bind: a file that is gone is refused then, and not made as a folder on the engine's machine.
        mounts = [Mount(target, source, type="bind", read_only=True) for target, source in files]
        return {
            **options,
            "network_disabled": True,
            "sysctls": {**options.get("sysctls", {}), **_NO_IPV6},
            "mounts": [*options.get("mounts", ()), *mounts],
        }


_known: WeakKeyDictionary[docker.DockerClient, Pattern] = WeakKeyDictionary()


def pattern_of(client: docker.DockerClient) -> Pattern | None:
    """What the containers that a client starts are made like, if anything."""
    return _known.get(client)


def learn(client: docker.DockerClient, container: str) -> None:
    """Have all that a client starts from now on made like a container of the network `none`, if that can be.

    Args:
        container: one that has been started, and is not removed as long as others are made like it.
    """
    try:
        options = client.info().get("SecurityOptions") or ()
        found = client.api.inspect_container(container)
    except (APIError, *LOST):
        return
    hosts, resolv = found.get("HostsPath"), found.get("ResolvConfPath")
    # Where SELinux labels the files of one container, all others are forbidden them.
    if hosts and resolv and not any("selinux" in option for option in options):
        _known[client] = Pattern(hosts=str(hosts), resolv=str(resolv))


def forget(client: docker.DockerClient) -> None:
    """Have what a client starts made by the engine alone again."""
    _known.pop(client, None)
