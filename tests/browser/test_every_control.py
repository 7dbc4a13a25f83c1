"""Every control of every page is used once, in both languages, on a screen and on a phone.

Each page has two of the four settings, one of each language and width, and what concerns all pages
has one language; LATENT_LAB_EVERY=1 gives all four, and both.

What runs in the page is every_control.js: it goes from control to control as they are on the
screen, those that appear by a use before others. Any uncaught error, error in the console, answer
of 5xx, sentence that the server did not answer, covered control or unfilled placeholder fails.
"""

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageDraw

from app import CHAPTERS
from tests.browser.visiting import (
    go_to,
    open_section,
    open_sections,
    opened,
    page_is_well,
    tabs,
)
from tests.conftest import EVERY

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

# Each page is used in full in one of these (each answer awaited, each field with all odd values),
# and in its neighbour, of the other language and width, in a hurry: the next control is used before
# the answer to the last one is there.
SETTINGS = [("en", 1280), ("zh", 390), ("zh", 1280), ("en", 390)]
# With EVERY, all pages are used in a hurry in the other two as well.
PARTS = 8  # of a long list's controls, each crawl uses one
TABS = [tab for chapter in CHAPTERS.values() for tab in chapter]
PLACE_A_DRAWING = ("code_space", "latent_walk", "convolution")
FRONT = "home"  # all its controls lead to other pages: test_home.py follows them
PATIENCE = 120_000  # milliseconds; a training waits for its process, on a busy machine for long
# What a visitor's hand does on a surface: a stroke, a click, the wheel, the arrow keys.
SURFACES = (
    "(page) => [...page.querySelectorAll('canvas, svg')].filter((node) => node.onpointerdown)"
)


def crawls() -> list[tuple[str, str, int, bool]]:
    """Return page, language, width and whether in full, of each crawl."""
    found = []
    for k, tab in enumerate(tab for tab in TABS if tab != FRONT):
        its = k % len(SETTINGS)
        for mine, (lang, width) in enumerate(SETTINGS):
            if EVERY or mine in (its, its ^ 1):
                found.append((tab, lang, width, mine == its))
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tab", "lang", "width", "full"),
    [pytest.param(*crawl, id=f"{crawl[0]}-{crawl[1]}-{crawl[2]}") for crawl in crawls()],
)
def test_every_control_is_used(browser, tab: str, lang: str, width: int, full: bool):
    if tab in PLACE_A_DRAWING:
        page = opened(browser, "&tab=reconstruction", lang, width)
        use_surfaces(page, page.locator("#reconstruction .page"))
        here = go_to(page, tab, settled=full)
    else:
        page = opened(browser, f"&tab={tab}", lang, width)
        here = page.locator(f"#{tab} .page")
    how = {"part": SETTINGS.index((lang, width)), "parts": PARTS, "hurry": not full}
    told = page.evaluate("(how) => watched.crawl(how)", how)
    use_surfaces(page, here)
    use_files(page, here, photo(), b"no picture")
    page_is_well(page)
    assert told["used"] > 5
    assert not told["missed"], "\n".join(told["missed"])


@pytest.mark.parametrize(("lang", "width"), SETTINGS if EVERY else SETTINGS[:2])
def test_every_button_of_the_head_is_used(browser, lang: str, width: int):
    page = opened(browser, "&tab=code_space", lang, width)
    assert tabs(page) == TABS
    go_to(page, "code_space").locator("button.quiet.draw").click()  # "Go and draw"
    assert page.evaluate("document.documentElement.dataset.tab") == "reconstruction"
    use_shell(page)
    page_is_well(page)


def use_surfaces(page: "Page", here: "Locator") -> None:
    """Draw on, click, turn and move with the keys whatever of the page is drawn on or turned."""
    handles = here.evaluate_handle(SURFACES)
    for k in range(handles.evaluate("(list) => list.length")):
        node = handles.evaluate_handle(f"(list) => list[{k}]").as_element()
        if not node.is_visible():
            continue
        page.evaluate(
            f"watched.doing = 'the surface {k} of ' + document.documentElement.dataset.tab"
        )
        node.scroll_into_view_if_needed()
        box = node.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 3
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 5, y + box["height"] / 4, steps=4)
        page.mouse.up()
        page.mouse.click(x + 9, y + 9)
        page.mouse.wheel(0, 60)
        if node.get_attribute("tabindex") is not None:
            node.focus()
            for key in ("ArrowRight", "ArrowDown", "PageUp", "Home", "Enter", "Escape", "+"):
                page.keyboard.press(key)
    page.evaluate("watched.settle()")


def use_files(page: "Page", here: "Locator", *contents: bytes) -> None:
    """Give each field for files these files, and then none."""
    for field in here.locator("input[type=file]").all():
        page.evaluate(
            "watched.doing = 'the field for files of ' + document.documentElement.dataset.tab"
        )
        for content in contents:
            field.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": content})
            page.evaluate("watched.settle()")
        field.set_input_files([])
        page.evaluate("watched.settle()")


def photo() -> bytes:
    picture = Image.new("L", (200, 200), 235)
    ImageDraw.Draw(picture).line([(60, 60), (140, 60), (90, 160)], fill=30, width=14)
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def use_shell(page: "Page") -> None:
    """Press each button of the head twice, but for chapters and pages: tabs() uses those."""
    for name in ("language", "projector", "theme"):
        for _ in range(2):
            page.evaluate(f"watched.doing = 'the button {name} of the head'")
            page.locator(f".shell .{name}").click()
            page.evaluate("watched.settle()")


# ---- What the pages send by themselves -----------------------------------------------------------

# What is pressed on a fresh page, in this order, so that each handler is asked once. What stands
# behind "&" is pressed at once, before what the first began is over.
PRESSES = {
    "home": [],
    "reconstruction": [".skip"],
    "code_space": [".lapse .open", ".holes .dig", "[data-mode=maps]", ".live .go&.live .stop"],
    "codec_lab": [".source [value=digit]", ".lossy .compare"],
    "told": [".sets [value=animals]", ".more"],
    "latent_walk": [],
    "words": [],
    "lstm": [".crossing button", ".ways summary"],
    "contextual": [],
    "input_pieces": [],
    "masking": [".bert .ask", "textarea"],
    "fill_in": [
        ".board button",
        ".steps .run",
        ".people .ask",
        ".unit [value=word]",
        ".typed textarea",
    ],
    "next_sentence": [".ranked li button", ".reveal", ".ways summary"],
    "attention": [
        ".views [value=heat]",
        ".neuron-open",
        ".views [value=sources]",
        ".views [value=swap]",
        ".views [value=maps]",
        ".views [value=bench]",
        ".bench .least5",
        ".bench .quick&.pruning .progress button",
    ],
    "models_map": [],
    "sentiment": [".crossing button", ".ways summary"],
    "convolution": ["[data-preset=network]", ".on [value=sentence]"],
    "train": [],  # each kind has a test of its own, below
    "retrain": [".go&.stop", ".measure&.give-up"],
    "word2vec": [".go&.stop"],
}
# Those that no page asks as it opens: for what is not there, or after minutes.
NOT_BY_DEFAULT = {
    "take_picture": "only for an uploaded picture; test_codec_lab.py",
    "cut_by_others": "only where other models' tokenizers are",
    "load_model": "only for a name that was typed",
    "load_model_1": "the same, on the other page",
    "follow_loading": "only while such a model is loaded",
    "stop_loading": "the same",
    "read_answer": "only for a model that was fine-tuned; test_checkpoints.py",
    "show_umap": "after the first UMAP, which is compiled for half a minute; test_code_space.py",
    "wake_words": "only before the first Chinese word",
    "wake_chinese_words": "the same, on the other page",
    "read_picture": "only for a file of the visitor's; test_retrain.py",
    "follow_retraining": "only for a run that wasn't stopped at once; test_retrain.py",
    "stop_retraining": "the same",
    "show_word": "only for another word than the first; test_contextual.py",
    "compare_sentences": "only for what is typed; the same",
    "follow_words": "only for a run that wasn't stopped at once; test_word2vec.py",
    "stop_words": "the same",
    "train": "below",
    "tell_training": "below",
    "follow_training": "below",
    "stop_training": "below",
}
HANDLERS = """[...gradio_config.components.flatMap((one) => one.props.server_fns ?? []),
    ...gradio_config.dependencies.filter((one) => one.backend_fn).map((one) => one.api_name)]"""


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"] if EVERY else ["zh"])
def test_every_handler_answers_what_the_page_sends_by_itself(browser, lang: str):
    page = opened(browser, "", lang)
    assert set(PRESSES) == set(tabs(page))
    for tab, presses in PRESSES.items():
        here = go_to(page, tab)
        open_sections(page, tab)
        page.evaluate("watched.settle()")
        if tab == "reconstruction":
            use_surfaces(page, here)  # a drawing, for the pages that place it
            use_files(page, here, photo())
        for selector in presses:
            page.evaluate("(doing) => { watched.doing = doing; }", f"{tab} {selector}")
            selector, _, at_once = selector.partition("&")
            here.locator(selector).first.click()
            if at_once:
                here.locator(at_once).first.click()
            page.evaluate("watched.settle()")
        problems = here.locator(".problem:visible").all_inner_texts()
        assert problems == [], tab
    calls = page.evaluate("watched.calls")
    assert [call for call in calls if call["error"] or call["status"] != 200] == []
    called = {call["handler"] for call in calls}
    assert set(page.evaluate(HANDLERS)) - called <= set(NOT_BY_DEFAULT)
    page_is_well(page)


# ---- Trainings -----------------------------------------------------------------------------------

STATE = "document.querySelector('#train article').dataset.state"
STEP = "Number(document.querySelector('#train .status').textContent.match(/\\d+/)?.[0] ?? 0)"


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"] if EVERY else ["en"])
def test_a_training_of_each_kind_draws_points_and_stops(browser, lang: str):
    page = opened(browser, "&tab=train", lang)
    lab = page.locator("#train")
    for kind in ("autoencoder", "textcnn", "bert"):
        lab.locator(f".kinds [data-kind={kind}]").click()
        train_a_little(page, ".go")
    lab.locator(".defaults").click()
    open_section(page, "train", "race")
    train_a_little(page, ".race .rerun")  # "Train this point now", at its default
    page_is_well(page)


def train_a_little(page: "Page", button: str) -> None:
    lab = page.locator("#train")
    lab.locator(button).click()
    page.wait_for_function(f"{STATE} === 'running' && {STEP} > 0", timeout=PATIENCE)
    assert int(lab.locator(".curves").get_attribute("data-points")) > 1
    assert lab.locator(".curves path").count() > 0
    lab.locator(".stop").click()
    page.wait_for_function(f"{STATE} === 'stopped'", timeout=PATIENCE)
    assert lab.locator(".go").is_enabled()
    assert lab.locator(".problem:visible").count() == 0
