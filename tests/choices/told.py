"""What the questions of the page told turn out to be."""

from core.inference import told
from tests.measured_choices import Option, shows


def told_figure(objective: str, of: str, what: str) -> float:
    return told.figures("digits")["objectives"][objective][of][what]["mean"]


@shows("told.1")
def what_the_told_code_loses_most() -> Option:
    kept = {
        what: told_figure("told", "strokes_r2", what) / told_figure("ae", "strokes_r2", what)
        for what in ("slant", "pen_width")
    }
    if max(kept.values()) < 0.3:
        return ("Both are gone", "两样都没了")
    lost = min(kept, key=lambda what: kept[what])
    return ("width of the pen", "粗细") if lost == "pen_width" else ("The slant", "倾斜")


@shows("told.2")
def how_many_ten_labels_name() -> Option:
    share = told_figure("told", "linear_probe", "10")
    return ("95%", "95%") if share > 0.95 else ("70%", "70%") if share > 0.6 else ("45%", "45%")


@shows("told.3")
def what_both_at_once_does() -> Option:
    named = told_figure("both", "linear_probe", "all") - told_figure("told", "linear_probe", "all")
    errors = told.figures("digits")["objectives"]
    back = errors["ae"]["decode_mse"]["mean"] / errors["both"]["decode_mse"]["mean"]
    if abs(named) < 0.003 and back < 0.9:
        return ("as well as", "一样准")
    return ("better", "更好") if named > 0 and back > 1 else ("worse", "更差")
