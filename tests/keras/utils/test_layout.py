"""Where boxes stand."""

import itertools

import pytest

from keratin.keras.utils._layout import arranged

# A ladder of two chains with rungs, an edge that passes four layers, and a box on its own.
EDGES = [(1, 3), (2, 4), (3, 5), (4, 6), (1, 4), (3, 6), (5, 7), (6, 7), (2, 7)]
SIZES = {key: (20.0, 40.0 + 10 * key) for key in range(1, 9)}


@pytest.fixture(scope="module")
def layout():
    return arranged(SIZES, EDGES)


def test_data_flows_in_one_direction(layout):
    for source, target in EDGES:
        assert layout.centers[source][0] < layout.centers[target][0]
        assert layout.ranks[source] < layout.ranks[target]


def test_boxes_do_not_overlap_and_lie_within_the_page(layout):
    boxes = {
        key: (
            x - SIZES[key][0] / 2,
            x + SIZES[key][0] / 2,
            y - SIZES[key][1] / 2,
            y + SIZES[key][1] / 2,
        )
        for key, (x, y) in layout.centers.items()
    }
    for a, b in itertools.combinations(boxes.values(), 2):
        assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]
    for left, right, top, bottom in boxes.values():
        assert left >= 0 and top >= -1e-9
        assert right <= layout.size[0] and bottom <= layout.size[1] + 1e-9


def test_edges_pass_beside_the_boxes_between(layout):
    (passed,) = [route for edge, route in layout.routes.items() if edge == (2, 7)]
    assert len(passed) == layout.ranks[7] - layout.ranks[2] - 1
    for rank, place in enumerate(passed, layout.ranks[2] + 1):
        for key, (_, across) in layout.centers.items():
            if layout.ranks[key] == rank:
                assert abs(across - place) >= SIZES[key][1] / 2


def test_a_row_is_straight():
    row = arranged({1: (10, 30), 2: (10, 70), 3: (10, 50)}, [(1, 2), (2, 3)])
    assert len({across for _, across in row.centers.values()}) == 1


def test_crossings_are_taken_out():
    sizes = dict.fromkeys(range(6), (10.0, 30.0))
    crossed = arranged(sizes, [(0, 5), (1, 4), (2, 3)])
    above = sorted((0, 1, 2), key=lambda key: crossed.centers[key][1])
    below = sorted((3, 4, 5), key=lambda key: crossed.centers[key][1])
    assert [5 - key for key in above] == below


def test_inputs_stand_close_to_their_use():
    found = arranged(dict.fromkeys(range(4), (10.0, 30.0)), [(0, 1), (1, 3), (2, 3)])
    assert found.ranks[2] == 1


def test_edges_that_lead_back():
    # A box that leads to itself, and a way from the last box back to the second.
    edges = [(1, 2), (2, 2), (2, 3), (3, 4), (4, 2)]
    sizes = dict.fromkeys(range(1, 5), (20.0, 50.0))
    layout = arranged(sizes, edges)
    assert [edge for edge in edges if layout.leads_back(edge)] == [(2, 2), (4, 2)]
    assert len(layout.routes[2, 2]) == 1 and len(layout.routes[4, 2]) == 3
    for edge in ((2, 2), (4, 2)):
        for across in layout.routes[edge]:
            assert all(across > layout.centers[key][1] + 25 for key in edge)
            assert across <= layout.size[1]
    # There is room for them to turn round below the last box.
    assert layout.size[0] > layout.bands[-1][1]


def test_the_first_box_leads_to_itself():
    layout = arranged({1: (20.0, 50.0)}, [(1, 1)])
    assert layout.bands[0][0] > 0 and layout.bands[0][1] < layout.size[0]
