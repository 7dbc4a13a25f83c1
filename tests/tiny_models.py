"""Small models with random weights, in folders as the hub has them."""

import functools
from pathlib import Path

import torch

from core.bert.berts import Reader
from core.bert.checkpoints import save_bert
from core.models.bert import BertConfig, BertForPreTraining
from core.text.tokenizer import SPECIAL, tokenizer
from core.training.initialising import initialise

ENGLISH = "the cat dog sat on mat is a capital of paris france it sleeps play sing great"
PIECES = "##ing ##s ##ful , . ! ? ' < > = / 猫 狗 坐 在 垫 子 上 。"
LETTERS = "abdeghimnrvwx"
WORDS = (
    *SPECIAL,
    *f"{ENGLISH} {PIECES}".split(),
    *LETTERS.replace("a", ""),
    *(f"##{c}" for c in LETTERS),
)
CONFIG = BertConfig(
    n_vocabulary=len(WORDS), width=24, n_layers=3, n_heads=4, n_feed_forward=40, n_positions=24
)


def telling(
    config: BertConfig, *, dtype: torch.dtype = torch.float32, seed: int = 0
) -> BertForPreTraining:
    """Return a BERT with random weights, biases and norms that would be noticed if lost."""
    model = BertForPreTraining(config).to(dtype).eval().requires_grad_(False)
    dice = torch.Generator().manual_seed(seed)
    initialise(model, dice)
    for parameter in model.parameters():
        parameter += 0.3 * torch.randn(parameter.shape, generator=dice)
    return model


def sharp(n_vocabulary: int, seed: int = 0) -> BertForPreTraining:
    """Return a BERT with random weights that has opinions: some answers are likelier."""
    model = BertForPreTraining(
        BertConfig(n_vocabulary, width=16, n_layers=3, n_heads=2, n_feed_forward=32)
    )
    generator = torch.Generator().manual_seed(seed)
    initialise(model, generator)
    for weight in model.parameters():
        weight.data.mul_(8 if weight.ndim > 1 else 1)
    return model.eval().requires_grad_(False)


@functools.cache
def reader(seed: int = 0) -> Reader:
    """Return a tiny BERT in float64."""
    model = telling(CONFIG, dtype=torch.float64, seed=seed)
    vocabulary = {word: i for i, word in enumerate(WORDS)}
    return Reader("tiny", model, tokenizer(vocabulary), WORDS, True, True)


def save(model: BertForPreTraining, folder: Path) -> Path:
    """Write a tiny BERT as a checkpoint."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), "utf-8")
    save_bert(model, folder, folder / "vocab.txt", dtype=torch.float64)
    return folder


def other(kind: str, folder: Path) -> Path:
    """Write a tiny RoBERTa or GPT-2."""
    import transformers
    from tokenizers import ByteLevelBPETokenizer

    folder.mkdir(parents=True, exist_ok=True)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] if kind == "roberta" else []
    special = special or ["<|endoftext|>"]
    pieces = ByteLevelBPETokenizer(add_prefix_space=False)
    pieces.train_from_iterator(
        ["the cat sat on the mat", "the dog sleeps"] * 9, 300, special_tokens=special
    )
    pieces.save_model(str(folder))
    sizes = {"vocab_size": pieces.get_vocab_size()}
    if kind == "roberta":
        config = transformers.RobertaConfig(
            **sizes,
            hidden_size=24,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=40,
            max_position_embeddings=26,
        )
    else:
        config = transformers.GPT2Config(**sizes, n_embd=24, n_layer=2, n_head=4, n_positions=24)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.AutoModel.from_config(config).save_pretrained(folder)
    return folder
