"""Which containers are made after a pattern."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.env.loopback import Pattern

PATTERN = Pattern(hosts="/engine/hosts", resolv="/engine/resolv.conf")


def test_one_without_a_network_gets_the_files_and_no_network_of_the_engine() -> None:
    options = PATTERN.applied({"network_mode": "none", "sysctls": {"a": "1"}, "mounts": ["workspace"], "init": True})
    assert options["network_disabled"] is True
    assert options["network_mode"] == "none"
    assert options["init"] is True
    assert options["sysctls"] == {"a": "1", "net.ipv6.conf.all.disable_ipv6": "1"}
    assert options["mounts"][0] == "workspace"
    files = {mount["Source"]: (mount["Target"], mount["Type"], mount["ReadOnly"]) for mount in options["mounts"][1:]}
    assert files == {
        "/engine/hosts": ("/etc/hosts", "bind", True),
        "/engine/resolv.conf": ("/etc/resolv.conf", "bind", True),
    }


@pytest.mark.parametrize(
    "options",
    [
        {"network_mode": "bridge"},
        {"network_mode": "container:other"},
        {},
        {"network_mode": "none", "extra_hosts": {"store": "127.0.0.1"}},
    ],
    ids=["bridge", "joined", "default", "names of its own"],
)
def test_all_others_stay_as_they_are(options: dict[str, Any]) -> None:
    assert PATTERN.applied(options) == options
