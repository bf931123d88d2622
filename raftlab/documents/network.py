"""The links of a cluster that differ from the rest: by regions, and one by one.

    regions: {eu: [n1, n2], us: [n3, n4], asia: [n5]}
    wan:                              # between regions; within one the cluster's `link` holds
      eu-us: {latency: 40ms, jitter: 5ms}
      eu-asia: {latency: 110ms}
      us-asia: {latency: 80ms}
    links:                            # what differs from all that; without `both` it is one direction
      - {from: n1, to: n5, both: true, loss: 2%}

What isn't said of a link stays as it is for the others.
"""

from __future__ import annotations

from itertools import combinations

from raftlab.core.model import LinkModel
from raftlab.documents.located import Reader
from raftlab.documents.settings import LINK, read_link, read_words

Links = dict[str, dict[str, LinkModel]]


def read_links(fields: dict[str, Reader], nodes: tuple[str, ...], base: LinkModel) -> Links:
    """The models of the links that `regions`, `wan` and `links` describe, by source and target."""
    links: Links = {}
    if "regions" in fields:
        _read_wan(fields, nodes, base, links)
    elif "wan" in fields:
        (fields["wan"].key or fields["wan"]).wrong("wan: is between regions; say which nodes stand where (regions:)")
    for item in fields["links"].items() if "links" in fields else ():
        _read_exception(item, nodes, base, links)
    return links


def _read_exception(item: Reader, nodes: tuple[str, ...], base: LinkModel, links: Links) -> None:
    given = item.fields(("from", "to"), ("both", *LINK))
    if "from" not in given or "to" not in given:
        return
    source, target = (_node(given[word], nodes) for word in ("from", "to"))
    if source is None or target is None:
        return
    if source == target:
        given["to"].wrong(f"a link leads from one node to another, not from {source} to itself")
        return
    changed = read_words(given, LINK)
    ways = [(source, target)]
    if "both" in given and given["both"].boolean():
        ways.append((target, source))
    for one, other in ways:
        model = links.get(one, {}).get(other, base)
        settings = {field: changed.get(field, getattr(model, field)) for field in LinkModel.__struct_fields__}
        links.setdefault(one, {})[other] = LinkModel(**settings)


def _node(reader: Reader, nodes: tuple[str, ...]) -> str | None:
    name = reader.text()
    if name in nodes:
        return name
    reader.wrong(f"there is no node {name!r}; there are {', '.join(nodes)}")
    return None


def _read_wan(fields: dict[str, Reader], nodes: tuple[str, ...], base: LinkModel, links: Links) -> None:
    regions = _read_regions(fields["regions"], nodes)
    pairs = dict.fromkeys(combinations(regions, 2), base)
    wan = fields["wan"].pairs() if "wan" in fields else {}
    found: dict[tuple[str, str], LinkModel] = {}
    for name, value in wan.items():
        at = value.key or value
        pair = _pair(name, pairs)
        if pair is None:
            there = ", ".join("-".join(pair) for pair in pairs) or "none, with one region"
            at.wrong(f"there are no two regions {name!r}; the pairs are {there}")
        elif pair in found:
            at.wrong(f"how {pair[0]} and {pair[1]} are linked stands here twice; both ways are alike, keep one")
        else:
            found[pair] = read_link(value, base)
    missing = ["-".join(pair) for pair in pairs if pair not in found]
    if missing and len(wan) == len(found):
        at = fields.get("wan", fields["regions"])
        at.wrong(f"wan: doesn't say how {', '.join(missing)} are linked, such as {missing[0]}: {{latency: 40ms}}")
    for (one, other), model in found.items():
        for a in regions[one]:
            for b in regions[other]:
                links.setdefault(a, {})[b] = model
                links.setdefault(b, {})[a] = model


def _read_regions(reader: Reader, nodes: tuple[str, ...]) -> dict[str, list[str]]:
    regions: dict[str, list[str]] = {}
    place: dict[str, str] = {}
    for region, value in reader.pairs().items():
        regions[region] = []
        for item in value.items():
            name = _node(item, nodes)
            if name is None:
                continue
            if name in place:
                item.wrong(f"{name} stands in {place[name]} already; a node is in one region")
                continue
            place[name] = region
            regions[region].append(name)
    missing = [name for name in nodes if name not in place]
    if missing:
        reader.wrong(f"each node is in a region; {', '.join(missing)} stand{'s' * (len(missing) == 1)} in none")
    return regions


def _pair(name: str, pairs: dict[tuple[str, str], LinkModel]) -> tuple[str, str] | None:
    """The pair of regions that a word such as eu-us names, in either order."""
    for one, other in pairs:
        if name in (f"{one}-{other}", f"{other}-{one}"):
            return one, other
    return None
