"""Ask the BERTs what the page "In context" opens with: `python -m core.making.contextual`.

The first words with their sentences, and how far each layer tells the senses of all listed words.
Takes half a minute.
"""

import argparse

from core import assets
from core.inference import contextual, word_senses
from core.results.plain import plain
from core.text import vectors


def main() -> None:
    """Ask; write the file and its manifest entry."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    found = {
        "opening": {
            language: plain(contextual.of_list(word, language))
            for language, word in contextual.OPENING.items()
        },
        "scores": {
            language: plain(word_senses.scores(language)) for language in contextual.LANGUAGES
        },
    }
    assets.write_json(
        contextual.FILE,
        found,
        source="what the shipped BERTs make of the lab's list of words of two senses",
        command=contextual.COMMAND,
        made_from=[
            file
            for language in contextual.LANGUAGES
            for file in (
                vectors.FILE.format(language),
                f"weights/bert-{language}/vocab.txt",
                f"weights/bert-{language}/model.safetensors",
            )
        ],
    )


if __name__ == "__main__":
    main()
