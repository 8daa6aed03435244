"""Where the boxes of a picture stand: in layers, after Sugiyama, with as few crossings as easy.

Positions are (along, across): along the direction in which data flows, and across it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

Size = tuple[float, float]  # along, across
Point = tuple[float, float]

LAYER_GAP = 36.0
_BOX_GAP = 28.0
_SWEEPS = 8


@dataclass
class Layout:
    """Where boxes and edges are, and the size of it all.

    `bands` are the beginning and the end of each layer; an edge is in the layers from `ranks` of
    its source to that of its target, and at `routes` across those between. An edge that leads back,
    as those of a layer that is used again do, passes all of these layers, those of both ends too.
    """

    centers: dict[int, Point]
    ranks: dict[int, int]
    bands: list[tuple[float, float]]
    routes: dict[tuple[int, int], list[float]]
    size: Size

    def leads_back(self, edge: tuple[int, int]) -> bool:
        """Whether an edge goes against the direction of the others."""
        return _leads_back(edge, self.ranks)


def arranged(sizes: dict[int, Size], edges: list[tuple[int, int]]) -> Layout:
    """Lay out boxes of these sizes, given in an order in which data flows."""
    ranks = _ranks(list(sizes), edges)
    back = [edge for edge in edges if _leads_back(edge, ranks)]
    chains = {edge: _chain(edge, ranks) for edge in edges}
    links = [pair for chain in chains.values() for pair in itertools.pairwise(chain)]
    layers = _layers(sizes, ranks, chains)
    _uncross(layers, links)
    across = _across(layers, links, sizes, set(back))
    _straighten(layers, links, across, sizes)
    bands, total = _bands(
        layers, sizes, [edge for edge in edges if _leads_back(edge, ranks)], ranks
    )
    first = min(across[key] - _width(key, sizes) / 2 for key in across)
    last = max(across[key] + _width(key, sizes) / 2 for key in across)
    centers = {key: (sum(bands[ranks[key]]) / 2, across[key] - first) for key in sizes}
    routes = {}
    for edge, chain in chains.items():
        passed = [across[each] - first for each in chain if not isinstance(each, int)]
        routes[edge] = passed[::-1] if _leads_back(edge, ranks) else passed
    return Layout(centers, ranks, bands, routes, (total, last - first))


Key = object  # the id of a box, or (edge, rank) where an edge passes a layer


def _ranks(keys: list[int], edges: list[tuple[int, int]]) -> dict[int, int]:
    """For each box the length of the longest path that leads to it."""
    before: dict[int, list[int]] = {key: [] for key in keys}
    for source, target in edges:
        before[target].append(source)
    ranks: dict[int, int] = {}
    for key in keys:
        ranks[key] = max((ranks[each] + 1 for each in before[key] if each in ranks), default=0)
    after: dict[int, list[int]] = {key: [] for key in keys}
    for source, target in edges:
        after[source].append(target)
    for key in reversed(keys):
        # An input stands close to where it is used, not at the very top.
        if not before[key] and after[key]:
            ranks[key] = max(ranks[key], min(ranks[each] for each in after[key]) - 1)
    return ranks


def _leads_back(edge: tuple[int, int], ranks: dict[int, int]) -> bool:
    return ranks[edge[0]] >= ranks[edge[1]]


def _chain(edge: tuple[int, int], ranks: dict[int, int]) -> list[Key]:
    """What an edge passes, by rank; its ends as well if it leads from one layer to a later one."""
    source, target = edge
    if _leads_back(edge, ranks):
        return [(edge, rank) for rank in range(ranks[target], ranks[source] + 1)]
    passed = range(ranks[source] + 1, ranks[target])
    return [source, *[(edge, rank) for rank in passed], target]


def _layers(
    sizes: dict[int, Size], ranks: dict[int, int], chains: dict[tuple[int, int], list[Key]]
) -> list[list[Key]]:
    layers: list[list[Key]] = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for key in sizes:
        layers[ranks[key]].append(key)
    for chain in chains.values():
        for each in chain:
            if isinstance(each, tuple):
                layers[each[1]].append(each)
    return layers


def _neighbours(links: list[tuple[Key, Key]]) -> tuple[dict[Key, list[Key]], dict[Key, list[Key]]]:
    above: dict[Key, list[Key]] = {}
    below: dict[Key, list[Key]] = {}
    for source, target in links:
        above.setdefault(target, []).append(source)
        below.setdefault(source, []).append(target)
    return above, below


def _uncross(layers: list[list[Key]], links: list[tuple[Key, Key]]) -> None:
    """Order each layer by the mean place of the neighbours in the layer before, back and forth."""
    above, below = _neighbours(links)
    best, fewest = [list(layer) for layer in layers], _crossings(layers, links)
    for sweep in range(_SWEEPS):
        near = above if sweep % 2 == 0 else below
        place = {key: i for layer in layers for i, key in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else reversed(layers):

            def mean(key: Key) -> float:
                others = [place[each] for each in near.get(key, [])]  # noqa: B023
                return sum(others) / len(others) if others else place[key]  # noqa: B023

            layer.sort(key=mean)
            place.update({key: i for i, key in enumerate(layer)})
        count = _crossings(layers, links)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    layers[:] = best


def _crossings(layers: list[list[Key]], links: list[tuple[Key, Key]]) -> int:
    place = {key: (rank, i) for rank, layer in enumerate(layers) for i, key in enumerate(layer)}
    by_rank: dict[int, list[tuple[int, int]]] = {}
    for source, target in links:
        by_rank.setdefault(place[source][0], []).append((place[source][1], place[target][1]))
    return sum(
        (a[0] - b[0]) * (a[1] - b[1]) < 0
        for pairs in by_rank.values()
        for i, a in enumerate(pairs)
        for b in pairs[:i]
    )


def _width(key: Key, sizes: dict[int, Size]) -> float:
    return sizes[key][1] if isinstance(key, int) else 0.0


def _across(
    layers: list[list[Key]],
    links: list[tuple[Key, Key]],
    sizes: dict[int, Size],
    back: set[tuple[int, int]],
) -> dict[Key, float]:
    """Each box as close to its neighbours as the boxes beside it allow."""
    above, below = _neighbours(links)
    across: dict[Key, float] = {}
    for layer in layers:
        start = 0.0
        for key in layer:
            across[key] = start + _width(key, sizes) / 2
            start += _width(key, sizes) + _BOX_GAP
    for sweep in range(_SWEEPS):
        near = above if sweep % 2 == 0 else below
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            wished = []
            for key in layer:
                others = [across[each] for each in near.get(key, [])]
                if isinstance(key, tuple) and key[0] in back:
                    # Beside the boxes that it comes from and leads to.
                    sides = [across[end] + _width(end, sizes) / 2 for end in key[0]]
                    wished.append(max(sides) + _BOX_GAP)
                else:
                    wished.append(sum(others) / len(others) if others else across[key])
            widths = [_width(key, sizes) for key in layer]
            across.update(zip(layer, _apart(wished, widths), strict=True))
    return across


def _apart(wished: list[float], widths: list[float]) -> list[float]:
    """The places nearest to the wished ones at which boxes, in this order, do not overlap.

    Least squares under an order: neighbours that would overlap move together, as blocks.
    """
    offsets, blocks = [0.0], []
    for left, right in itertools.pairwise(widths):
        offsets.append(offsets[-1] + (left + right) / 2 + _BOX_GAP)
    for place, offset in zip(wished, offsets, strict=True):
        blocks.append((place - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (mean, count), (other, more) = blocks[-2:]
            blocks[-2:] = [((mean * count + other * more) / (count + more), count + more)]
    places = [mean for mean, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def _straighten(
    layers: list[list[Key]],
    links: list[tuple[Key, Key]],
    across: dict[Key, float],
    sizes: dict[int, Size],
) -> None:
    """Take out small bends, and those of edges on their way, where there is room."""
    above, below = _neighbours(links)
    for forth in (True, False, True):
        near = above if forth else below
        for layer in layers if forth else reversed(layers):
            for index, key in enumerate(layer):
                others = near.get(key, [])
                if len(others) != 1:
                    continue
                shift = abs(across[others[0]] - across[key])
                passing = not isinstance(key, int)
                if (passing or shift < _BOX_GAP) and _fits(
                    across[others[0]], index, layer, across, sizes
                ):
                    across[key] = across[others[0]]


def _fits(
    place: float, index: int, layer: list[Key], across: dict[Key, float], sizes: dict[int, Size]
) -> bool:
    """Whether a box may stand at a place, with half a gap to the boxes beside it."""
    own = _width(layer[index], sizes)
    for step in (-1, 1):
        if not 0 <= index + step < len(layer):
            continue
        other = layer[index + step]
        room = (own + _width(other, sizes) + _BOX_GAP) / 2
        if (across[other] - place) * step < room:
            return False
    return True


def _bands(
    layers: list[list[Key]],
    sizes: dict[int, Size],
    back: list[tuple[int, int]],
    ranks: dict[int, int],
) -> tuple[list[Point], float]:
    """The beginning and the end of each layer, and the length of all."""
    # Edges that lead back turn round after their source, and before their target.
    turns_first = any(ranks[target] == 0 for _, target in back)
    turns_last = any(ranks[source] == len(layers) - 1 for source, _ in back)
    bands, start = [], LAYER_GAP if turns_first else 0.0
    for layer in layers:
        depth = max((sizes[key][0] for key in layer if isinstance(key, int)), default=0.0)
        bands.append((start, start + depth))
        start += depth + LAYER_GAP
    return bands, max(0.0, start - (0 if turns_last else LAYER_GAP))
