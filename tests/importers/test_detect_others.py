"""Each kind is known by its own signs: none takes the files of another."""

from __future__ import annotations

import pytest

from raftlab.importers import detect
from tests.importers import (
    test_dragonboat,
    test_hashicorp,
    test_kafka_kraft,
    test_rabbitmq_ra,
    test_raft_rs,
    test_shiviz,
)
from tests.importers.recordings import RECORDINGS

SAMPLES = {
    **{f"hashicorp {form}": ("hashicorp-raft", text) for form, text in test_hashicorp.FORMS.items()},
    "raft-rs": ("raft-rs", test_raft_rs.ONE),
    "shiviz": ("shiviz", test_shiviz.GOVECTOR),
    "dragonboat": ("dragonboat", test_dragonboat.ONE),
    "dragonboat zap": ("dragonboat", test_dragonboat.as_zap(test_dragonboat.ONE)),
    "kafka": ("kafka-kraft", test_kafka_kraft.ONE),
    "kafka older": ("kafka-kraft", test_kafka_kraft.older(test_kafka_kraft.ONE)),
    "kafka spring": ("kafka-kraft", test_kafka_kraft.spring(test_kafka_kraft.ONE)),
    "ra": ("rabbitmq-ra", test_rabbitmq_ra.ONE),
    "ra 2020": ("rabbitmq-ra", test_rabbitmq_ra.of_2020(test_rabbitmq_ra.ONE)),
    "ra elixir": ("rabbitmq-ra", test_rabbitmq_ra.elixir(test_rabbitmq_ra.ONE)),
}


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_is_of_its_own_kind(sample: str) -> None:
    kind, text = SAMPLES[sample]

    assert detect(text.encode()) == kind


@pytest.mark.parametrize("text", ["", "a letter\n", "12:00:00.000 [info] server: a -> b\n", "[f:1,l:2] [1:2] t3 x\n"])
def test_what_looks_a_little_like_one_is_none(text: str) -> None:
    assert detect(text.encode()) is None


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda each: each.name)
def test_etcds_recordings_stay_etcds(recording: object) -> None:
    files = [path for path in sorted(recording.rglob("*")) if path.is_file()]  # type: ignore[attr-defined]

    assert {kind for kind in map(detect, files) if kind is not None and not kind.startswith("etcd")} == set()
