"""layout.js: every model has a place of its own, and the arrow keys lead to all of them."""

import pytest

pytestmark = pytest.mark.browser

WIDTHS = (300, 330, 559, 560, 830, 1200)
LAID = """async ([widths, seeds]) => {
    const { timeLine, grouped, opened } = await import("/models_map/layout.js");
    const groups = ["a", "b", "c", "d", "never"];
    return seeds.flatMap((seed) => widths.flatMap((width) => {
        let x = seed;
        const next = (n) => { x = (x * 48271) % 2147483647; return x % n; };
        const items = Array.from({ length: 1 + next(40) }, (_, k) => ({ name: `m${k}`,
            year: 2003 + Math.floor(k / 3), generation: 1 + next(2), group: groups[next(4)] }));
        return [timeLine(items, width), grouped(items, width, groups)].flatMap((laid) =>
            [laid, opened(laid, "m0", 217)]).map(({ places, labels, cell, height, at }) =>
            ({ n: items.length, width, places: [...places], labels, cell, height,
                at: at ?? null }));
    }));
}"""
KEYS = """async ([places, from, keys]) => {
    const { neighbour } = await import("/models_map/layout.js");
    const all = new Map(places), seen = [from];
    let here = from;
    for (const key of keys) { here = neighbour(all, here, key) ?? here; seen.push(here); }
    return seen;
}"""


def test_no_two_models_overlap_and_none_is_lost(bare):
    for laid in bare.evaluate(LAID, [WIDTHS, [1, 7, 99, 1234]]):
        places = dict(laid["places"])
        assert len(places) == laid["n"]
        taken = {(place["x"], place["y"]) for place in places.values()}
        assert len(taken) == laid["n"]
        width, height = laid["cell"]["width"], laid["cell"]["height"]
        assert width > 60
        for place in places.values():
            assert 0 <= place["x"] <= laid["width"] - width
            assert 0 <= place["y"] <= laid["height"] - height
            for other in places.values():
                apart = abs(place["x"] - other["x"]), abs(place["y"] - other["y"])
                assert place is other or apart[0] >= width or apart[1] >= height
            if laid["at"] is not None:  # the room for what is told is free
                low, high = laid["at"], laid["at"] + 217
                assert place["y"] + height <= low or place["y"] >= high
        assert all(label["of"] != "never" for label in laid["labels"])


def test_the_arrow_keys_lead_everywhere(bare):
    for laid in bare.evaluate(LAID, [WIDTHS[::2], [5, 31]])[:24]:
        places = laid["places"]
        n = len(places)
        read = [name for name, _ in sorted(places, key=lambda p: (p[1]["y"], p[1]["x"]))]
        right = bare.evaluate(KEYS, [places, read[0], ["ArrowRight"] * n])
        assert right[:n] == read
        left = bare.evaluate(KEYS, [places, read[-1], ["ArrowLeft"] * n])
        assert left[:n] == read[::-1]
        assert bare.evaluate(KEYS, [places, read[n // 2], ["Home", "End"]])[1:] == [
            read[0],
            read[-1],
        ]
        at = {name: place["y"] for name, place in places}
        down = bare.evaluate(KEYS, [places, read[0], ["ArrowDown"] * n])
        heights = [at[name] for name in down]
        assert heights == sorted(heights)
        assert set(heights) == set(at.values())  # no row is left out
        up = bare.evaluate(KEYS, [places, down[-1], ["ArrowUp"] * n])
        assert {at[name] for name in up} == set(at.values())


def test_other_keys_lead_nowhere(bare):
    places = [["a", {"x": 0, "y": 0}], ["b", {"x": 50, "y": 0}]]
    keys = ["x", "ArrowUp", "ArrowDown", "ArrowLeft", "Tab"]
    assert bare.evaluate(KEYS, [places, "a", keys]) == ["a"] * 6
    assert bare.evaluate(KEYS, [places, "unknown", ["ArrowRight"]]) == ["unknown"] * 2
