"""Real recordings: each answer against what was really done."""

from __future__ import annotations

import pytest

from raftlab.diagnose import diagnose
from raftlab.diagnose.finding import (
    DISRUPTIVE,
    ELECTION,
    ENDED,
    LEADERLESS,
    LINKS,
    MEMBERS,
    OVERWRITTEN,
    QUORUM,
    REFUSED,
    SNAPSHOT,
    STEPPED_DOWN,
    TWO_LEADERS,
    UNANSWERED,
    UNTOLD,
)
from raftlab.session import open_traces
from tests.diagnose.truth import Truth, answer, answers, diagnosed, recordings, slack_us
from tests.importers.recordings import NO_SHARED, SHARED
from tests.test_house import ROOT

pytestmark = pytest.mark.skipif(not (SHARED / "etcd").exists(), reason=NO_SHARED)


@pytest.mark.parametrize("name", recordings("part_leader3"))
def test_an_isolated_leader_steps_down_then_disrupts_and_loses_entries(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    isolated, elected = truth.word(r"isolate minority \['(n\d)'\]"), truth.word(r"majority elected (n\d)")
    healed, slack = truth.at("^HEAL"), slack_us(name)

    down = answer(found, STEPPED_DOWN, f"{isolated}, leader of term 2", "lost its quorum")
    assert truth.at("^BLOCK") < down.from_us + slack < healed
    assert down.confidence == "exact"

    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes[:2] == (isolated, elected)
    assert f"{isolated} disrupted the cluster" in disruptive.answer
    assert "could not win" in disruptive.answer
    assert "entry 34 of term 2" in disruptive.answer
    assert "entry 49 of term 3" in disruptive.answer
    assert f"{elected} (leader of term 3" in disruptive.answer
    assert "cut off" in disruptive.answer
    assert "could send" not in disruptive.answer
    assert "pre-vote" in disruptive.advice
    unseated = answer(found, STEPPED_DOWN, f"{elected}, leader of term 3", f"from {isolated} carried the higher term 6")
    assert healed - slack < unseated.from_us < healed + 1_000_000 + slack

    overwritten = answer(found, OVERWRITTEN)
    assert overwritten.nodes == (isolated,)
    assert "entries 29 to 34 (6 of them)" in overwritten.answer
    span = answer(found, LEADERLESS)
    assert healed - slack < span.from_us <= span.to_us < truth.at("after heal") + slack
    assert (
        answer(found, UNANSWERED, f"never answered {isolated}, which asked for votes in terms 3 to 6").nodes[-1]
        == isolated
    )
    assert any(it.nodes[0] == isolated for it in answers(found, LINKS)) or "capnsinfo" in name
    assert found.verdict.startswith(f"Not healthy: {isolated} disrupted the cluster")
    assert answers(found, ENDED) == []
    assert answers(found, QUORUM) == []


def test_an_old_leader_is_stale_until_it_steps_down() -> None:
    found = diagnosed("part_leader3-zap")
    stale = answer(found, TWO_LEADERS)
    assert stale.nodes == ("n1", "n3")
    assert stale.to_us - stale.from_us == 889_000
    assert "889 ms" in stale.answer


@pytest.mark.parametrize("name", recordings("part_follower"))
def test_an_isolated_follower_disrupts(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    isolated, leader = truth.word(r"isolate follower (n\d)"), truth.word(r"leader (n\d); will isolate")
    disruptive = answer(found, DISRUPTIVE)
    assert disruptive.nodes == (isolated, leader)
    assert "started 6 elections (terms 3 to 8), 3 of them while n3 led" in disruptive.answer
    assert "20 entries further" in disruptive.answer
    span = answer(found, LEADERLESS)
    assert abs(span.from_us - truth.at("^HEAL")) < 100_000
    assert span.to_us <= truth.at("after heal")
    assert answer(found, ELECTION, "n3 started the election of term 9", "won with the votes of n1 and n2")
    lease = answer(found, REFUSED, "n2 refused the vote to n1 in term 6", "lease")
    assert lease.evidence[0].file.endswith("n2.log")
    assert answers(found, OVERWRITTEN) == []


@pytest.mark.parametrize("name", recordings("part_follower_prevote"))
def test_with_pre_vote_an_isolated_follower_disturbs_nobody(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    assert answers(found, DISRUPTIVE) == answers(found, LEADERLESS) == answers(found, STEPPED_DOWN) == []
    silent = answer(found, UNANSWERED)
    assert silent.nodes == ("n2", "n3", "n1")
    assert "pre-votes" in silent.answer
    assert "n1 had lost touch" in silent.answer
    assert truth.at("^BLOCK") < silent.from_us < truth.at("^HEAL")
    assert found.verdict == "Not healthy: n1 was cut off from its leader n3."


@pytest.mark.parametrize("name", recordings("leader_kill"))
def test_a_killed_leader(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    killed, new = truth.word(r"SIGKILL -> (n\d)"), truth.word(r"new leader (n\d)")
    down = answer(found, STEPPED_DOWN)
    assert down.nodes == (killed,)
    assert "died" in down.answer
    assert down.confidence == "inferred"
    assert abs(down.from_us - truth.at("SIGKILL")) < 100_000
    ended = answer(found, ENDED)
    assert ended.nodes == (killed,)
    assert "without a word" in ended.answer
    assert abs(ended.to_us - truth.at("^restart")) < 200_000
    span = answer(found, LEADERLESS)
    assert abs(span.from_us - truth.at("SIGKILL")) < 100_000
    assert span.to_us <= truth.at("new leader")
    assert answer(found, ELECTION).nodes == (new,)
    assert "and won" in answer(found, ELECTION).answer
    assert answers(found, DISRUPTIVE) == answers(found, QUORUM) == answers(found, TWO_LEADERS) == []


@pytest.mark.parametrize("name", recordings("quorum_loss"))
def test_a_lost_quorum(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    lost = answer(found, QUORUM)
    assert set(lost.nodes) == {"n1", "n2"}
    assert "1 of 3 voters was up" in lost.answer
    assert abs(lost.from_us - truth.at("SIGKILL")) < 100_000
    assert abs(lost.to_us - truth.at("^restart n2")) < 200_000
    down = answer(found, STEPPED_DOWN)
    assert "n3, leader of term 2" in down.answer
    assert "n1 and n2 were down" in down.answer
    assert "n1 and n2: down then" in answer(found, UNANSWERED).answer
    assert len(answers(found, ENDED)) == 2
    assert answers(found, DISRUPTIVE) == answers(found, TWO_LEADERS) == answers(found, OVERWRITTEN) == []
    assert found.verdict.startswith("Not healthy: the quorum was lost")


@pytest.mark.parametrize("name", recordings("move_leader"))
def test_a_hand_over_is_no_trouble_and_a_stop_is_told(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    moved = answer(found, STEPPED_DOWN, "n3, leader of term 2, handed the leadership over to n1")
    assert abs(moved.from_us - truth.at("move-leader")) < slack_us(name)
    stopped = answer(found, STEPPED_DOWN, "n1, leader of term 3, was asked to shut down")
    assert "tried to hand over to n2, in vain" in stopped.answer
    span = answer(found, LEADERLESS)
    assert truth.at("SIGTERM") < span.from_us + slack_us(name)
    assert span.to_us < truth.at(r"\(back\)")
    assert answers(found, DISRUPTIVE) == answers(found, QUORUM) == []
    assert "after n1 was asked to stop" in found.verdict


@pytest.mark.parametrize("name", recordings("members"))
def test_members_come_and_go(name: str) -> None:
    found = diagnosed(name)
    members = answer(found, MEMBERS)
    assert "changed 4 times" in members.answer
    assert members.answer.index("n4 joined") < members.answer.index("n2 left") < members.answer.index("n1 left")
    down = answer(found, STEPPED_DOWN)
    assert down.nodes == ("n1",)
    assert "removed from the members" in down.answer
    assert answers(found, ENDED) == answers(found, QUORUM) == answers(found, DISRUPTIVE) == []


@pytest.mark.parametrize("name", recordings("snapshot"))
def test_a_follower_that_needs_a_snapshot(name: str) -> None:
    truth, found = Truth(name), diagnosed(name)
    assert "up to entry 5628" in answer(found, SNAPSHOT).answer
    assert abs(answer(found, ENDED).from_us - truth.at("SIGKILL")) < 200_000
    assert answers(found, LEADERLESS) == answers(found, STEPPED_DOWN) == []


def test_a_wal_proves_with_words_not_with_bytes() -> None:
    paths = sorted(str(path) for path in (ROOT / "tests" / "data" / "etcd" / "part_leader3-wal").iterdir())
    opened = open_traces(paths)
    found = diagnose(opened.timeline, "wal", opened.files, opened.broken)
    overwritten = answer(found, OVERWRITTEN, "entries 29 to 34 (6 of them)")
    assert overwritten.evidence[0].text == "n1 drops entries 29 to 34: they conflict with its leader's."
    assert "they hold no roles" in answer(found, UNTOLD).answer


def test_each_piece_of_evidence_is_a_line_of_its_file() -> None:
    seen = 0
    for name in recordings("part_leader3") + recordings("quorum_loss"):
        for finding in diagnosed(name).findings:
            for it in finding.evidence:
                line = open(it.file, encoding="utf-8").read().splitlines()[it.line - 1].strip()  # noqa: SIM115
                assert it.text.rstrip("…") in line
                seen += 1
    assert seen > 50


def test_a_voter_that_refused_in_other_terms_is_told_with_its_own() -> None:
    from raftlab.diagnose import diagnose
    from raftlab.session import open_traces
    from tests.test_house import ROOT

    logs = sorted(str(log) for log in (ROOT / "tests" / "data" / "etcd" / "asym_deaf-zap351").glob("n?.log.gz"))
    opened = open_traces(logs)

    answers = [it.answer for it in diagnose(opened.timeline, "", opened.files, opened.broken).findings]

    assert any(
        answer.startswith("n1 (in terms 3 to 8) and n3 (in terms 3 to 9) refused the vote to n2") for answer in answers
    )
