"""Folders of models that appear while the lab runs: listed, and opened or refused in words."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.weights]

MODELS = Path(__file__).parent.parent.parent / "data/models"
LABELS = {
    "id2label": {0: "bad", 1: "so-so", 2: "good"},
    "label2id": {"bad": 0, "so-so": 1, "good": 2},
}


@pytest.fixture
def folder() -> Iterator[Callable[[str], Path]]:
    """Return a function that says where a model of a new name is to be put."""
    made = []

    def place(name: str) -> Path:
        made.append(MODELS / f"{name}-{uuid4().hex[:8]}")
        return made[-1]

    yield place
    for one in made:
        shutil.rmtree(one, ignore_errors=True)


def choose(page: "Page", tab: str, folder: Path) -> None:
    """Open the list of models, in which the folder has appeared, and choose it."""
    models = page.locator(f"#{tab} select.model")
    models.dispatch_event("pointerdown")
    models.locator(f"option[value='data/models/{folder.name}']").wait_for(state="attached")
    models.select_option(f"data/models/{folder.name}")


def test_fine_tuned_models_say_their_labels_beside_their_attention(browser, folder):
    from tests import tiny_checkpoints as tiny

    page = browser("tab=attention&lang=zh", width=390, dark=True)
    page.locator("#attention article[data-shown]").wait_for()
    page.locator("#attention textarea.a").fill("the cat sat on the mat")
    page.locator("#attention textarea.b").fill("the dog and the cat")
    own = page.locator("#attention .own")
    assert own.is_hidden()

    classifier = tiny.bert(folder("classifier"), "ForSequenceClassification", **LABELS)
    choose(page, "attention", classifier)
    own.locator("h2", has_text=classifier.name).wait_for()
    own.locator(".labels li").nth(2).wait_for()
    shares = own.locator(".labels .share").all_inner_texts()
    assert sum(float(share.strip("%")) for share in shares) == pytest.approx(100, abs=0.2)

    tagger = tiny.distilbert(folder("tagger"), "ForTokenClassification", **LABELS)
    choose(page, "attention", tagger)
    own.locator("h2", has_text=tagger.name).wait_for()
    assert own.locator(".tagged .one").count() == own.locator(".tagged .tag").count() > 8
    assert own.locator(".labels li").count() == 0

    reader = tiny.bert(folder("reader"), "ForQuestionAnswering")
    choose(page, "attention", reader)
    own.locator("h2", has_text=reader.name).wait_for()
    own.locator(".spans li").first.wait_for()
    page.locator("#attention textarea.b").fill("")
    own.locator(".problem", has_text="请把问题写在句子 A").wait_for()

    single = tiny.bert(folder("single"), type_vocab_size=1)
    choose(page, "attention", single)
    page.wait_for_function("document.querySelector('#attention .own').hidden")
    page.locator("#attention textarea.b").fill("the dog")
    page.locator("#attention .typed > .problem", has_text="只认一个句子").wait_for()


def test_blanks_are_filled_by_a_distilbert_and_a_folder_is_refused(browser, folder):
    from tests import tiny_checkpoints as tiny

    page = browser("tab=fill_in&lang=en")
    page.locator("#fill_in article[data-shown]").wait_for()
    broken = tiny.bert(folder("broken"))
    tiny.told(broken, "config.json", hidden_act="softplus")
    choose(page, "fill_in", broken)
    page.locator("#fill_in .loader .problem", has_text='hidden_act: "softplus"').wait_for()

    distil = tiny.distilbert(folder("distil"))
    choose(page, "fill_in", distil)
    page.wait_for_function(
        "name => document.querySelector('#fill_in select.model').value.endsWith(name)",
        arg=distil.name,
    )
    page.locator("#fill_in textarea").first.fill("the <mask> sat on ____")
    remark = page.locator("#fill_in .remarks .remark", has_text="<mask> ____")
    remark.locator("button").click()
    page.locator("#fill_in .first .blank").nth(1).wait_for()
    assert page.locator("#fill_in textarea").first.input_value() == "the [MASK] sat on [MASK]"

    page.locator("#fill_in textarea").first.fill("the cat " * 40 + "[MASK]")
    page.locator("#fill_in .remark", has_text="This BERT has 64 positions").wait_for()
    page.locator("#fill_in .remark", has_text="Blanks in the part that is cut off: 1").wait_for()
