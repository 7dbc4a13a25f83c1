"""What can go wrong and be mended by the person in front of the lab."""

from core.texts import text


class LabError(Exception):
    """A problem with a sentence for the learner, in each language of the lab.

    `key` names the sentence in `assets/texts/errors.toml`, `values` fill its placeholders. The
    sentence says what must be, what came, and what to do. `str(error)` is the English one.
    """

    def __init__(self, key: str, **values: object) -> None:
        """Look the sentence up at once, so that a wrong key fails where it is raised."""
        self.key, self.values = key, values
        super().__init__(self.sentence("en"))

    def sentence(self, language: str) -> str:
        """Return the sentence in `language` ("en" or "zh")."""
        return text(f"errors.{self.key}", language, **self.values)


class InputError(LabError):
    """What was typed, drawn, chosen or sent can't be used."""


class AssetError(LabError):
    """A file that ships with the lab is missing or damaged."""
