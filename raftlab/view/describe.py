"""Events in words: one plain English sentence for each, the same in every face.

`describe` says what happened; what a source couldn't tell is left out of the sentence, never guessed. Which rule it
follows and where the paper speaks of it is in `rule_words`; the projector's caption, which also says what it means for
the cluster, in `headline`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from raftlab.core import events as e
from raftlab.core.log import UNKNOWN
from raftlab.core.model import LEADER
from raftlab.core.times import format_span
from raftlab.view.command_words import describe_command
from raftlab.view.message_words import entry_text, indices, message_name
from raftlab.view.rule_words import section

if TYPE_CHECKING:
    from collections.abc import Callable

    from raftlab.core.model import Cluster, Config

__all__ = ["capital", "config_text", "describe", "of_term", "section"]


def describe(event: e.Event, cluster_after: Cluster | None = None) -> str:
    """What happened, as one sentence. With the state after the event it says a little more."""
    found = _WORDS.get(type(event))
    if found is None:
        return f"{event.node or 'The cluster'}: {type(event).__name__}."
    sentence = found(event, cluster_after)
    return f"{sentence}." if sentence[-1] not in ".?!" else sentence


def of_term(term: Any, word: str = "of") -> str:
    """ " of term 3", or nothing when the term isn't known."""
    return "" if term is UNKNOWN or term is None else f" {word} term {term}"


def capital(sentence: str, names: tuple[str, ...] = ()) -> str:
    """The sentence with a capital letter in front, unless it begins with a node's name."""
    return sentence if sentence.split(" ", 1)[0] in names else sentence[:1].upper() + sentence[1:]


def _created(event: e.ClusterCreated, cluster: Cluster | None) -> str:
    count = len(event.nodes)
    if not count:
        return "A recording begins"
    return f"A cluster of {count} node{'s' * (count != 1)} begins: {', '.join(event.nodes)}"


def _joined(event: e.NodeJoined, cluster: Cluster | None) -> str:
    return f"{event.node} is set up, with an empty log"


def _command(event: e.CommandGiven, cluster: Cluster | None) -> str:
    names = (event.node,) if event.node else ()
    return capital(describe_command(event.command), names)


def _parameter(event: e.ParameterSet, cluster: Cluster | None) -> str:
    return f"The cluster's {event.name.replace('_', ' ')} is now {event.value}"


def _term(event: e.TermAdvanced, cluster: Cluster | None) -> str:
    why = ": it has seen a higher one" if event.rule == "adopt_term" else ""
    return f"{event.node} moves to term {event.term}{why}"


def _follower(event: e.BecameFollower, cluster: Cluster | None) -> str:
    behind = f" behind {event.leader}" if event.leader and event.leader is not UNKNOWN else ""
    why = f": {event.reason}" if event.reason else ""
    return f"{event.node} becomes a follower{of_term(event.term, 'in')}{behind}{why}"


def _pre_candidate(event: e.BecamePreCandidate, cluster: Cluster | None) -> str:
    return f"{event.node} asks whether it could win an election{of_term(event.term, 'after')}"


def _candidate(event: e.BecameCandidate, cluster: Cluster | None) -> str:
    return f"{event.node} stands for election{of_term(event.term, 'in')}"


def _leader(event: e.BecameLeader, cluster: Cluster | None) -> str:
    return f"{event.node} becomes the leader{of_term(event.term)}"


def _learned(event: e.LeaderLearned, cluster: Cluster | None) -> str:
    if event.leader is UNKNOWN:
        return f"{event.node} hears of a leader"
    if event.leader is None:
        return f"{event.node} no longer knows a leader"
    return f"{event.node} follows {event.leader}, the leader{of_term(event.term)}"


def _granted(event: e.VoteGranted, cluster: Cluster | None) -> str:
    if event.pre:
        return f"{event.node} would vote for {event.candidate}{of_term(event.term, 'in')}"
    if event.node == event.candidate:
        return f"{event.node} votes for itself{of_term(event.term, 'in')}"
    return f"{event.node} grants its vote{of_term(event.term)} to {event.candidate}"


_REFUSALS = {
    "voted": "it has voted for another one",
    "log": "the candidate's log is behind its own",
    "term": "the request is of an older term",
    "lease": "it has heard of a leader lately",
    "learner": "it is a learner",
}


def _refused(event: e.VoteRefused, cluster: Cluster | None) -> str:
    why = _REFUSALS.get(event.reason)
    if event.reason == "voted" and cluster is not None and event.node in cluster.nodes:
        voted = cluster.nodes[event.node].voted_for
        why = f"it has voted for {voted}" if voted and voted is not UNKNOWN else why
    pre = "pre-vote" if event.pre else "vote"
    return f"{event.node} refuses its {pre}{of_term(event.term)} to {event.candidate}{f': {why}' if why else ''}"


def _counted(event: e.VoteCounted, cluster: Cluster | None) -> str:
    voter = "its own vote" if event.voter == event.node else f"the vote of {event.voter}"
    if not event.granted:
        return f"{event.node} hears no from {event.voter}"
    return f"{event.node} counts {voter}{of_term(event.term, 'in')}"


def _appended(event: e.EntryAppended, cluster: Cluster | None) -> str:
    text = entry_text(event.entry)
    what = f": {text}" if text else ""
    return f"{event.node} stores entry {event.entry.index}{of_term(event.entry.term)}{what}"


def _truncated(event: e.LogTruncated, cluster: Cluster | None) -> str:
    if event.last_index is UNKNOWN:
        return f"{event.node} drops its entries from {event.from_index} on: they conflict with its leader's"
    what = indices(event.from_index, event.last_index)
    they = "it conflicts" if event.last_index == event.from_index else "they conflict"
    return f"{event.node} drops {what}: {they} with its leader's"


def _append_refused(event: e.AppendRefused, cluster: Cluster | None) -> str:
    if event.reason == "term":
        return f"{event.node} refuses the entries of {event.leader}: their term is old"
    at = "" if event.prev_log_index is UNKNOWN else f" at index {event.prev_log_index}"
    return f"{event.node} refuses the entries of {event.leader}: its own log doesn't fit{at}"


def _commit(event: e.CommitAdvanced, cluster: Cluster | None) -> str:
    node = cluster.nodes.get(event.node or "") if cluster is not None else None
    learns = node is not None and node.role is not UNKNOWN and node.role is not LEADER
    if learns or event.rule == "follow_commit":
        return f"{event.node} learns that all up to entry {event.index} is committed"
    return f"{event.node} commits up to entry {event.index}"


def _applied(event: e.EntryApplied, cluster: Cluster | None) -> str:
    wrote = f": {event.key} is now {event.value}" if event.key is not None else ""
    return f"{event.node} applies entry {event.index}{wrote}"


def _progress(event: e.ProgressChanged, cluster: Cluster | None) -> str:
    return (
        f"{event.node} believes that {event.peer} matches up to entry {event.match_index}, "
        f"and will send from {event.next_index} on"
    )


def _config(event: e.ConfigChanged, cluster: Cluster | None) -> str:
    return f"{event.node} uses the configuration {config_text(event.config)} from now on"


def config_text(config: Config) -> str:
    """A configuration in words."""
    text = ", ".join(config.voters) or "of nobody"
    if config.outgoing:
        text = f"{text} jointly with {', '.join(config.outgoing)}"
    return f"{text} (learners: {', '.join(config.learners)})" if config.learners else text


def _transfer(event: e.TransferStarted, cluster: Cluster | None) -> str:
    if event.target is None:
        return f"{event.node} has given up handing over"
    return f"{event.node} begins to hand over to {event.target}"


def _snapshot(event: e.SnapshotTaken, cluster: Cluster | None) -> str:
    return f"{event.node} compacts its log up to entry {event.index} into a snapshot"


def _installed(event: e.SnapshotInstalled, cluster: Cluster | None) -> str:
    return f"{event.node} takes over its leader's snapshot up to entry {event.index}"


_FATES = {"lose": " (it will be lost on the way)", "cut": " (the link is cut: it won't arrive)"}


def _sent(event: e.MessageSent, cluster: Cluster | None) -> str:
    name = message_name(event.message)
    head, colon, rest = name.partition(": ")
    fate = _FATES.get(event.fate, "")
    if head in ("ok", "no"):
        return f"{event.node} answers {event.to}: {head}{f', {rest}' if rest else ''}{fate}"
    return f"{event.node} sends {head} to {event.to}{colon}{rest}{fate}"


def _doubled(event: e.MessageDuplicated, cluster: Cluster | None) -> str:
    return f"The network doubles a message from {event.node} to {event.to}: {message_name(event.message)}"


def _received(event: e.MessageReceived, cluster: Cluster | None) -> str:
    return f"{event.node} receives from {event.sender}: {message_name(event.message)}"


_DEATHS = {
    "lose": "is lost on the way",
    "cut": "is lost: the link is cut",
    "down": "is lost: nobody is there to receive it",
    "command": "is taken away",
    "unseen": "is not seen to arrive",
}


def _dropped(event: e.MessageDropped, cluster: Cluster | None) -> str:
    return f"A message from {event.sender} to {event.node} {_DEATHS.get(event.reason, 'is lost')}"


def _timer_set(event: e.TimerSet, cluster: Cluster | None) -> str:
    drawn = ", drawn at random" if event.drawn else ""
    span = format_span(max(0, event.due_us - event.at_us))
    return f"{event.node} sets its {event.timer} timer to {span}{drawn}"


def _timer_fired(event: e.TimerFired, cluster: Cluster | None) -> str:
    return f"The {event.timer} timer of {event.node} runs out"


def _timer_cancelled(event: e.TimerCancelled, cluster: Cluster | None) -> str:
    return f"{event.node} stops its {event.timer} timer"


def _fsync(event: e.FsyncStarted, cluster: Cluster | None) -> str:
    return f"{event.node} begins to write its log to disk, up to entry {event.up_to}"


def _fsync_done(event: e.FsyncDone, cluster: Cluster | None) -> str:
    return f"{event.node} has its log on disk up to entry {event.up_to}"


def _crashed(event: e.NodeCrashed, cluster: Cluster | None) -> str:
    lost = "" if event.last_index is UNKNOWN else f", of which entries up to {event.last_index} survive"
    return f"{event.node} crashes; its term, vote and log stay on disk{lost}"


def _restarted(event: e.NodeRestarted, cluster: Cluster | None) -> str:
    return f"{event.node} starts again from its disk, as a follower"


def _paused(event: e.NodePaused, cluster: Cluster | None) -> str:
    return f"{event.node} stops running; messages wait for it"


def _resumed(event: e.NodeResumed, cluster: Cluster | None) -> str:
    return f"{event.node} runs again, and takes what has waited for it"


def _removed(event: e.NodeRemoved, cluster: Cluster | None) -> str:
    return f"{event.node} has left the cluster for good"


def _link(event: e.LinkChanged, cluster: Cluster | None) -> str:
    link = f"The link from {event.source} to {event.target}"
    return (
        f"{link} is cut"
        if event.cut
        else f"{link} is whole{'' if event.model is None else ', and behaves in another way'}"
    )


def _asked(event: e.ClientAsked, cluster: Cluster | None) -> str:
    whom = event.node if event.node is not None else "somebody, and knows nobody,"
    asker = "You ask" if event.client == "you" else f"Client {event.client} asks"
    return f"{asker} {whom} to write {event.text} (request {event.sequence})"


def _request(event: e.RequestAccepted | e.ClientAnswered) -> str:
    whose = "of yours" if event.client == "you" else f"of client {event.client}"
    return f"request {event.sequence} {whose}"


def _accepted(event: e.RequestAccepted, cluster: Cluster | None) -> str:
    return f"{event.node} takes {_request(event)} as entry {event.index}"


def _answered(event: e.ClientAnswered, cluster: Cluster | None) -> str:
    request = _request(event)
    if event.outcome == "ok":
        return f"{event.node} answers {request}: done"
    if event.outcome == "refused":
        hint = f", ask {event.leader}" if event.leader else ", and I know no leader"
        return f"{event.node} refuses {request}: I don't lead{hint}"
    if event.outcome == "unknown":
        return f"Whether {request} takes effect is not known: {event.node} was replaced before it could tell"
    return f"Nobody takes {request}: no leader is found"


def _retry(event: e.RetryScheduled, cluster: Cluster | None) -> str:
    return f"Client {event.client} will ask again in {format_span(max(0, event.due_us - event.at_us))}"


def _read(event: e.ReadStarted, cluster: Cluster | None) -> str:
    since = "" if event.read_index is UNKNOWN else f", to be answered from entry {event.read_index} on"
    return f"{event.node} begins to serve the read {event.context}{since}"


def _read_done(event: e.ReadAnswered, cluster: Cluster | None) -> str:
    what = f": {event.key} is {'not there' if event.value is None else event.value}" if event.key else ""
    return f"{event.node} answers the read {event.context}{what}"


def _observed(event: e.NodeObserved, cluster: Cluster | None) -> str:
    said = []
    if event.status is not UNKNOWN:
        said.append(event.status.value)
    if event.role is not UNKNOWN:
        said.append(event.role.value.replace("_", "-"))
    for value, words in (
        (event.term, "term {}"),
        (event.vote, "voted for {}"),
        (event.leader, "leader {}"),
        (event.commit, "commit {}"),
        (event.applied, "applied {}"),
        (event.last_index, "log up to {}"),
    ):
        if value is not UNKNOWN:
            said.append(words.format("nobody" if value is None else value))
    if event.config is not UNKNOWN:
        said.append(f"members {config_text(event.config)}")
    if event.unknown:
        said.append(f"from here on its {', '.join(event.unknown).replace('_', ' ')} can't be told")
    return f"{event.node} is seen: {', '.join(said) or 'it is there'}"


def _noted(event: e.SourceNoted, cluster: Cluster | None) -> str:
    return f"{event.node}: {event.text}" if event.node else event.text or "The source says nothing"


def _broken(event: e.InvariantBroken, cluster: Cluster | None) -> str:
    return f"{event.invariant} is broken: {event.text}"


_WORDS: dict[type[e.Event], Callable[[Any, Cluster | None], str]] = {
    e.ClusterCreated: _created, e.NodeJoined: _joined, e.CommandGiven: _command, e.ParameterSet: _parameter,
    e.TermAdvanced: _term, e.BecameFollower: _follower, e.BecamePreCandidate: _pre_candidate,
    e.BecameCandidate: _candidate, e.BecameLeader: _leader, e.LeaderLearned: _learned,
    e.VoteGranted: _granted,
    e.VoteRefused: _refused, e.VoteCounted: _counted, e.EntryAppended: _appended, e.LogTruncated: _truncated,
    e.AppendRefused: _append_refused, e.CommitAdvanced: _commit, e.EntryApplied: _applied,
    e.ProgressChanged: _progress, e.ConfigChanged: _config, e.TransferStarted: _transfer,
    e.SnapshotTaken: _snapshot, e.SnapshotInstalled: _installed, e.MessageSent: _sent,
    e.MessageDuplicated: _doubled, e.MessageReceived: _received, e.MessageDropped: _dropped,
    e.TimerSet: _timer_set, e.TimerFired: _timer_fired, e.TimerCancelled: _timer_cancelled,
    e.FsyncStarted: _fsync, e.FsyncDone: _fsync_done, e.NodeCrashed: _crashed, e.NodeRestarted: _restarted,
    e.NodePaused: _paused, e.NodeResumed: _resumed, e.NodeRemoved: _removed, e.LinkChanged: _link,
    e.ClientAsked: _asked, e.RequestAccepted: _accepted, e.ClientAnswered: _answered,
    e.RetryScheduled: _retry,
    e.ReadStarted: _read, e.ReadAnswered: _read_done, e.NodeObserved: _observed, e.SourceNoted: _noted,
    e.InvariantBroken: _broken,
}  # fmt: skip
