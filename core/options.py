"""What whoever starts the lab may choose, in the environment (README.md has the table)."""

import importlib.util
import os
from pathlib import Path

from core.errors import InputError

ROOT = Path(__file__).parent.parent
MODELS = "data/models"  # below the lab's own folder
HUB_RULES = ("allow-list", "any", "off")


def host() -> str:
    """Return the address that the lab listens on."""
    return os.environ.get("HOST") or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"


def port() -> str:
    """Return the port that the lab listens on, as it was written."""
    return os.environ.get("PORT") or os.environ.get("GRADIO_SERVER_PORT") or "7860"


def on_space() -> bool:
    """Say whether the lab is a public Space."""
    return bool(os.environ.get("SPACE_ID"))


def shared() -> bool:
    """Say whether others than this machine's user can reach the lab."""
    alone = host() in ("localhost", "::1") or host().startswith("127.")
    return on_space() or not alone


def models() -> Path | None:
    """Return the folder below which checkpoints may be opened, None for nowhere.

    A Space's disk belongs to all visitors: there it must be named.
    """
    named = os.environ.get("LATENT_LAB_MODELS")
    if named:
        return Path(named)
    return None if on_space() else ROOT / MODELS


def mcp() -> bool:
    """Say whether the lab's questions are also tools of language models.

    Raises:
        InputError: LATENT_LAB_MCP is neither 0 nor 1, or the package for it is not installed.
    """
    chosen = os.environ.get("LATENT_LAB_MCP") or "0"
    if chosen not in ("0", "1"):
        raise InputError("mcp_rule", got=chosen)
    if chosen == "1" and importlib.util.find_spec("mcp") is None:
        raise InputError("mcp_missing")
    return chosen == "1"


def hub() -> str:
    """Return which models of the hub may be fetched, one of HUB_RULES.

    Raises:
        InputError: LATENT_LAB_HUB is none of them.
    """
    rule = os.environ.get("LATENT_LAB_HUB") or ("allow-list" if shared() else "any")
    if rule not in HUB_RULES:
        raise InputError("hub_rule", got=rule, list=", ".join(HUB_RULES))
    return rule
