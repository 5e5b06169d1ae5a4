"""Refuse every network use that would leave loopback, and write down that it was tried.

An audit hook sees the call in C, before anything is sent, whichever library
makes it, and cannot be taken out again. What it refused also goes into the file
named by ``ATTEST_GUARD_LOG``, so that code which swallows the exception, or a
subprocess, still fails its test.
"""

import os
import sys
from collections.abc import Callable, Sequence

LOG = "ATTEST_GUARD_LOG"
_NETWORK_FAMILIES = {2, 10, 23, 30}  # AF_INET everywhere; AF_INET6 on Linux, Windows, macOS


class NetworkUse(RuntimeError):
    """Something tried to leave loopback."""


def install() -> None:
    """Guard this process from now on; a second call changes nothing."""
    if not getattr(sys, "_attest_guarded", False):
        sys._attest_guarded = True  # type: ignore[attr-defined]
        sys.addaudithook(_audit)


def is_local(host: object) -> bool:
    """Return whether a host means this machine without asking a name server."""
    import ipaddress

    if isinstance(host, bytes | bytearray):
        host = bytes(host).decode("ascii", "replace")
    if not isinstance(host, str) or host in {"", "localhost"}:
        return host is None or isinstance(host, str)
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback or address.is_unspecified


def _audit(event: str, args: tuple[object, ...]) -> None:
    if event.startswith("socket."):
        target = _TARGETS.get(event)
        host = target(args) if target else None
        if host is not None and not is_local(host[0]):
            _refuse(f"{event.removeprefix('socket.')} {':'.join(str(part) for part in host)}")


def _refuse(use: str) -> None:
    log = os.environ.get(LOG)
    if log:
        with open(log, "a", encoding="utf-8") as lines:
            lines.write(f"{use} (process {os.getpid()})\n")
    raise NetworkUse(f"refused to leave loopback: {use}")


def _peer(args: Sequence[object]) -> tuple[object, ...] | None:
    sock, address = args
    if getattr(sock, "family", None) in _NETWORK_FAMILIES and isinstance(address, tuple):
        return address[:2]
    return None


def _name(args: Sequence[object]) -> tuple[object, ...]:
    return tuple(args[:1])


def _numeric(args: Sequence[object]) -> tuple[object, ...] | None:
    address = args[0]
    return address[:2] if isinstance(address, tuple) else None


_TARGETS: dict[str, Callable[[Sequence[object]], tuple[object, ...] | None]] = {
    "socket.connect": _peer,
    "socket.sendto": _peer,
    "socket.sendmsg": _peer,
    "socket.getaddrinfo": _name,
    "socket.gethostbyname": _name,
    "socket.gethostbyaddr": _name,
    "socket.getnameinfo": _numeric,
}
