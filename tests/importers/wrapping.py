"""Wraps the lines of a log as journald, docker and the others do: for tests that unwrap them again."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Wrapper = Callable[[str, str, int], str]
"""(the line without its end, the node's name, its number) -> the line wrapped, without its end"""

_START = datetime(2026, 11, 23, 19, 50, tzinfo=UTC)


def _at(number: int) -> datetime:
    return _START + timedelta(milliseconds=number)


def _iso(number: int, end: str = "Z") -> str:
    return f"{_at(number):%Y-%m-%dT%H:%M:%S.%f}{end}"


def journald_short(line: str, node: str, number: int) -> str:
    return f"{_at(number):%b %d %H:%M:%S} host-{node} bash[57184]: {line}"


def journald_short_precise(line: str, node: str, number: int) -> str:
    return f"{_at(number):%b %d %H:%M:%S.%f} host-{node} etcd[57184]: {line}"


def journald_short_iso(line: str, node: str, number: int) -> str:
    return f"{_at(number):%Y-%m-%dT%H:%M:%S}+0100 host-{node} etcd[812]: {line}"


def journald_short_iso_precise(line: str, node: str, number: int) -> str:
    return f"{_iso(number, '+01:00')} host-{node} etcd[812]: {line}"


def journald_short_full(line: str, node: str, number: int) -> str:
    return f"{_at(number):%a %Y-%m-%d %H:%M:%S} UTC host-{node} etcd[812]: {line}"


def journald_short_unix(line: str, node: str, number: int) -> str:
    return f"{_at(number).timestamp():.6f} host-{node} etcd[812]: {line}"


def journald_json(line: str, node: str, number: int) -> str:
    micros = str(int(_at(number).timestamp()) * 1_000_000)
    entry = {"__CURSOR": "s=1", "_PID": "812", "MESSAGE": line, "PRIORITY": "6", "_HOSTNAME": f"host-{node}"}
    return json.dumps({**entry, "__REALTIME_TIMESTAMP": micros, "SYSLOG_IDENTIFIER": "etcd"})


def journald_json_bytes(line: str, node: str, number: int) -> str:
    micros = str(int(_at(number).timestamp()) * 1_000_000)
    return json.dumps({"__REALTIME_TIMESTAMP": micros, "_HOSTNAME": f"host-{node}", "MESSAGE": [*line.encode()]})


def syslog_rfc3164(line: str, node: str, number: int) -> str:
    return f"<30>{_at(number):%b %d %H:%M:%S} host-{node} etcd: {line}"


def syslog_rfc5424(line: str, node: str, number: int) -> str:
    return f"<30>1 {_iso(number)} host-{node} etcd 812 - - {line}"


def syslog_rfc5424_data(line: str, node: str, number: int) -> str:
    return f'<30>1 {_iso(number)} host-{node} etcd 812 ID47 [a@1 b="c \\] d"][e@2] \N{ZERO WIDTH NO-BREAK SPACE}{line}'


def compose(line: str, node: str, number: int) -> str:
    return f"etcd{node}_1  | {line}"


def compose_2(line: str, node: str, number: int) -> str:
    return f"etcd-{node}-1  | {line}"


def compose_coloured(line: str, node: str, number: int) -> str:
    return f"\x1b[36metcd{node}_1  |\x1b[0m {line}"


def compose_stamped(line: str, node: str, number: int) -> str:
    return f"etcd{node}-1  | {_iso(number)} {line}"


def docker_json(line: str, node: str, number: int) -> str:
    return json.dumps({"log": f"{line}\n", "stream": "stderr", "time": _iso(number, "417Z")}, separators=(",", ":"))


def fluent_bit(line: str, node: str, number: int) -> str:
    pod = {"pod_name": f"etcd-{node}", "container_name": "etcd"}
    return json.dumps({"time": _iso(number), "log": f"{line}\n", "stream": "stderr", "kubernetes": pod})


def docker_desktop(line: str, node: str, number: int) -> str:
    return f"{_at(number):%Y-%m-%d %H:%M:%S} {line}"


def cri(line: str, node: str, number: int) -> str:
    return f"{_iso(number, '417Z')} stderr F {line}"


def kubectl_prefix(line: str, node: str, number: int) -> str:
    return f"[pod/etcd-{node}/etcd] {line}"


def kubectl_prefix_timestamps(line: str, node: str, number: int) -> str:
    return f"[pod/etcd-{node}/etcd] {_iso(number, '417Z')} {line}"


def kubectl_timestamps(line: str, node: str, number: int) -> str:
    return f"{_iso(number, '417Z')} {line}"


def kubernetes_named(line: str, node: str, number: int) -> str:
    return f"etcd-{node} | {line}"


def stern(line: str, node: str, number: int) -> str:
    return f"\x1b[32metcd-{node}\x1b[0m \x1b[36metcd\x1b[0m {line}"


def kubetail(line: str, node: str, number: int) -> str:
    return f"[etcd-{node}] {line}"


def grep(line: str, node: str, number: int) -> str:
    return f"logs/{node}.log:{number}:{line}"


def docker_in_journald(line: str, node: str, number: int) -> str:
    return journald_short(docker_json(line, node, number), node, number)


def compose_in_cri_in_syslog(line: str, node: str, number: int) -> str:
    return syslog_rfc5424(cri(compose(line, node, number), node, number), node, number)


WRAPPERS: tuple[Wrapper, ...] = (
    journald_short, journald_short_precise, journald_short_iso, journald_short_iso_precise, journald_short_full,
    journald_short_unix, journald_json, journald_json_bytes, syslog_rfc3164, syslog_rfc5424, syslog_rfc5424_data,
    compose, compose_2, compose_coloured, compose_stamped, docker_json, fluent_bit, docker_desktop, cri,
    kubectl_prefix, kubectl_prefix_timestamps, kubectl_timestamps, kubernetes_named, stern, kubetail, grep,
    docker_in_journald, compose_in_cri_in_syslog,
)  # fmt: skip

NAMELESS = (docker_json, docker_desktop, cri, kubectl_timestamps)
"""Those that say nothing of who wrote a line."""
