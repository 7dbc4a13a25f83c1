"""What a student does on the training page: start, pause, step, compare, blow it up, share it."""

import json
import re
from typing import TYPE_CHECKING

import pytest

from core import texts
from core.inference import train
from tests.browser.visiting import module, open_section, switch_language, traces

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

PATIENCE = 120_000  # milliseconds; the first run waits for a process, on a busy machine for long
CURVES = "#train .curves"
POINTS = "Number(document.querySelector('#train .curves')?.dataset.points)"
STATE = "document.querySelector('#train article')?.dataset.state"


def opened(browser, query: str = "", lang: str = "en", **settings: object) -> "Page":
    page = browser(f"tab=train&lang={lang}{query}", **settings)
    page.wait_for_function(f"{POINTS} > 20", timeout=PATIENCE)  # a worked run stands there
    return page


def wait_state(page: "Page", *states: str) -> None:
    page.wait_for_function(f"{json.dumps(states)}.includes({STATE})", timeout=PATIENCE)


def is_kept(trace: dict) -> bool:
    return trace["name"].startswith("Kept:")


def started(page: "Page") -> "Locator":
    page.locator("#train .go").click()
    wait_state(page, "running", "done", "diverged")
    return page.locator("#train")


def step_of(lab: "Locator") -> int:
    return int(re.search(r"step (\d+)", lab.locator(".status").inner_text())[1])


def test_start_pause_step_go_on_stop_and_compare(browser):
    page = opened(browser, "&epochs=100")  # not over before Stop is pressed
    lab = page.locator("#train")
    assert "stored run" in lab.locator(".status").inner_text()
    lab.locator(".rows .pair").nth(9).wait_for()
    assert lab.locator(".rows .pair").count() == 10
    started(page)
    page.wait_for_function(f"{POINTS} > 5")
    lab.get_by_role("button", name="Pause").click()
    wait_state(page, "paused")
    paused_at = step_of(lab)
    before = lab.locator(".rows .pair canvas").nth(1).evaluate("(c) => c.toDataURL()")
    lab.get_by_role("button", name="One step").click()
    page.wait_for_function(
        "(n) => document.querySelector('#train .status').textContent.includes(`step ${n} `)",
        arg=paused_at + 1,
    )
    page.wait_for_function(
        "(b) => document.querySelectorAll('#train .rows .pair canvas')[1].toDataURL() !== b",
        arg=before,
    )
    lab.get_by_role("button", name="Go on").click()
    wait_state(page, "running")
    lab.get_by_role("button", name="Stop").click()
    wait_state(page, "stopped")
    assert any(is_kept(run) for run in traces(page, CURVES))  # the stored run, for comparison
    assert "Kept:" in lab.locator(".key").inner_text()
    lab.get_by_role("button", name="Remove the kept run").click()
    assert not any(is_kept(run) for run in traces(page, CURVES))
    lab.get_by_role("button", name="Logarithmic axis").click()
    assert "log=0" in page.url


@pytest.mark.parametrize(("lang", "width"), [("en", 1280), ("zh", 390)])
def test_a_page_that_is_loaded_anew_finds_its_run_again(browser, lang: str, width: int):
    page = opened(browser, "&epochs=100&batch_size=16", lang, width=width)
    started(page)
    step = "Number(document.querySelector('#train .status').textContent.match(/\\d+/)?.[0])"
    page.wait_for_function(f"{POINTS} > 5")
    before = page.evaluate(step)
    page.reload(wait_until="domcontentloaded")
    wait_state(page, "running")
    page.wait_for_function(f"{POINTS} > 5")
    after = page.evaluate(step)
    assert after >= before  # the same run, not a new one
    assert page.locator("#train .go").is_disabled()
    page.wait_for_function(f"{step} > {after} + 5")  # its points go on being drawn
    page.locator("#train .stop").click()
    wait_state(page, "stopped")
    page.reload(wait_until="domcontentloaded")
    page.wait_for_function(f"{POINTS} > 20")  # what is over is not looked for: the stored run
    assert page.locator("#train .go").is_enabled()
    assert not page.locator("#train .setup .problem").is_visible()


def test_a_run_that_the_server_dropped_is_told_and_the_button_is_free(browser):
    page = opened(browser, "&epochs=100&batch_size=16")
    started(page)
    page.wait_for_function(f"{POINTS} > 5")
    left = page.evaluate("JSON.parse(sessionStorage.getItem('lab.work.train'))")
    browser.lab.ask("train", "stop_training", {"job": left["job"]})  # as if nobody had asked
    wait_state(page, "stopped")
    problem = page.locator("#train .setup .problem")
    problem.wait_for()
    assert problem.inner_text() == texts.text("shell.dropped", "en")
    assert page.evaluate(POINTS) > 5  # what has come stays
    started(page)
    assert not problem.is_visible()
    page.locator("#train .stop").click()
    wait_state(page, "stopped")
    assert not problem.is_visible()  # whoever stops it needs not be told


def test_a_run_that_is_gone_is_told_and_a_new_one_can_begin(browser):
    page = opened(browser, "&epochs=1&batch_size=512")
    page.evaluate(
        """async () => sessionStorage.setItem("lab.work.train", JSON.stringify(
            { job: (await WORK).jobName(), request: { kind: "autoencoder" } }))""".replace(
            "WORK", module("common/views/work")
        )
    )
    page.reload(wait_until="domcontentloaded")
    problem = page.locator("#train .setup .problem")
    problem.get_by_text("Start it again").wait_for()
    page.wait_for_function(f"{POINTS} > 20")
    started(page)
    wait_state(page, "done")
    assert not problem.is_visible()


def test_a_million_and_zero_are_lessons(browser):
    page = opened(browser, "&epochs=1&batch_size=512&learning_rate=1000000")
    lab = started(page)
    wait_state(page, "diverged")
    assert "It blew up after" in lab.locator(".lesson").inner_text()
    assert "NaN" in lab.locator(".curves .annotation-text").all_text_contents()
    assert lab.locator(".problem:visible").count() == 0
    lab.locator(".rates button[data-value='0']").click()
    assert "learning_rate=0" in page.url
    started(page)
    wait_state(page, "done")
    assert "no weight ever moves" in lab.locator(".lesson").inner_text()


def test_the_link_restores_the_settings_in_chinese_on_a_phone(browser):
    query = "&code_size=8&activation=gelu&learning_rate=0.003&batch_size=256&epochs=1&noise=0.5"
    page = opened(browser, query, "zh", width=390, height=844, locale="zh-CN", touch=True)
    lab = page.locator("#train")
    lab.locator(".settings > summary").click()
    open_section(page, "train", "codes")
    values = [lab.locator(f"input.{name}").input_value() for name in ("code_size", "noise")]
    assert values == ["8", "0.5"]
    assert lab.locator("input.learning_rate").input_value() == "0.003"
    pressed = lab.locator(".field.activation button[aria-pressed='true']")
    assert pressed.inner_text() == "GELU"
    for part in query[1:].split("&"):
        assert part in page.url
    started(page)
    wait_state(page, "done")
    assert "完成" in lab.locator(".status").inner_text()
    assert "噪声" in lab.locator(".rows .names").inner_text()
    assert "PCA" in lab.locator(".about").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    switch_language(page)
    lab.get_by_text("two main directions").wait_for()


def test_bad_settings_get_a_sentence(browser):
    page = opened(browser, dark=True)
    lab = page.locator("#train")
    lab.locator("input.learning_rate").fill("fast")
    lab.locator(".go").click()
    assert "not a number" in lab.locator(".setup .problem").inner_text()
    lab.locator("input.learning_rate").fill("2e6")
    lab.locator(".go").click()
    lab.locator(".setup .problem").get_by_text("not 2000000").wait_for()
    lab.locator("input.learning_rate").fill("0.001")
    lab.locator(".others > summary").click()
    lab.locator("input.batch_size").fill("1")
    lab.locator(".go").click()
    lab.locator(".setup .problem").get_by_text("4 to 512").wait_for()
    assert lab.locator(".go").is_enabled()
    lab.get_by_role("button", name="Settings as they were").click()
    assert lab.locator("input.batch_size").input_value() == "64"


def test_a_closed_page_makes_room(browser):
    """As many as may train at once leave; whoever comes next is not kept waiting for long."""
    endless = "&epochs=100&batch_size=4"
    for _ in range(train.AT_ONCE):
        page = opened(browser, endless)
        started(page)
        page.context.close()
    page = opened(browser, "&epochs=1&batch_size=512")
    page.locator("#train .go").click()
    wait_state(page, "done")


@pytest.mark.slow
def test_a_text_model_learns_and_shows_sentences(browser):
    page = opened(browser, "&kind=textcnn&language=en&n_labels=100&vectors=random&epochs=2")
    lab = page.locator("#train")
    assert lab.locator("button.verdict").count() == 8
    lab.locator("button.verdict").nth(3).click()
    sentence = lab.locator("button.verdict").nth(3).locator(".text").inner_text()
    assert lab.locator(".strip .in .sentence").inner_text() == sentence
    started(page)
    wait_state(page, "done")
    # Two epochs of 100 sentences are four steps: the lesson may be that this is too little.
    told = r"100 labelled sentences: [\d.]+%|Hardly anything was learned"
    assert re.search(told, lab.locator(".lesson").inner_text())
    lab.locator(".measure button[data-measure='accuracy']").click()
    assert "50% is guessing" in lab.locator(".key").inner_text()


RACE = {
    "en": {
        "n_test": 1086,
        "points": [
            {"model": model, "n_labels": n, "accuracies": [level + k / 50, level + k / 40]}
            for model, level in [("random", 0.5), ("static", 0.6), ("frozen", 0.7), ("tuned", 0.75)]
            for k, n in enumerate([100, 500, 2000, 8423])
        ],
    }
}


OWN = (
    "document.querySelector('#train .race .chart-plot').data"
    ".filter(({ marker }) => marker.symbol === 'star')"
)


def test_the_race_is_drawn_and_a_point_of_ones_own_is_put_in(browser):
    page = opened(browser)
    open_section(page, "train", "race")
    page.evaluate(
        """async (stored) => {
            const { trainingRace } = await RACE;
            const box = document.querySelector("#train");
            const textcnn = { kind: "textcnn", batch_size: 50 };
            const bert = { kind: "bert", batch_size: 32 };
            const rerun = (settings) => { window.asked = settings; };
            const race = trainingRace(box, { defaults: { textcnn, bert } }, { rerun });
            race.show(stored);
            window.race = race;
        }""".replace("RACE", module("train/race")),
        RACE,
    )
    race = page.locator("#train .race")
    race.scroll_into_view_if_needed()
    drawn = traces(page, "#train .race")
    assert [len(line["x"]) for line in drawn] == [4] * 4
    assert len({line["marker"]["symbol"] for line in drawn}) == 4  # not by colour alone
    assert "2000" in race.locator(".chart").text_content()
    race.locator("select.model").select_option("static")
    race.locator("select.labels").select_option("500")
    race.get_by_role("button", name="Train this point now").click()
    asked = page.evaluate("window.asked")
    assert (asked["vectors"], asked["n_labels"], asked["epochs"]) == ("frozen", 500, 40)
    page.evaluate("window.race.add(window.asked, 0.64)")
    page.wait_for_function(f"{OWN}.length === 1")
    assert "64.0%" in race.locator(".found").inner_text()
    page.evaluate("window.race.add({ ...window.asked, n_labels: 77 }, 0.9)")  # no point of the race
    assert page.evaluate(f"{OWN}.length") == 1
