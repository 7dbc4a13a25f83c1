"""One pre-training run: learning rate, losses, steps, and the checkpoint that resumes it."""

import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor
from torch.optim import AdamW, Muon, Optimizer

from core import runtime
from core.models.bert import Bert, BertForPreTraining, PreTrainingOutput
from core.text.masking import RATE
from core.training.attending import attending
from core.training.bert_batches import NO_PAIR, Assembler, Batch, Plan, plan
from core.training.bert_teaching import Teacher

BETAS, EPSILON, WEIGHT_DECAY, CLIP = (0.9, 0.98), 1e-6, 0.01, 1.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a run does; kept in its checkpoint. Phases may differ in the first three."""

    length: int = 96  # tokens of an example
    batch_tokens: int = 32 * 96
    unit: str = "token"  # what is masked as a whole
    lr_body: float = 4e-4
    lr_heads: float = 1e-3
    warmup_steps: int = 100
    warmup_from: int = 0  # the step at which it begins: weights went on without Adam's memory
    cooldown_from: int = 0  # the step at which a branch begins
    cooldown_steps: int = 0  # 0: the rate stays
    seed: int = 0
    nsp_weight: float = 1.0  # of that loss beside MLM's; 0 as in RoBERTa (arXiv:1907.11692)
    mask_rate: float = RATE  # 40% teaches as well at first, cooling down wants the test's 15%
    sense_weight: float = 0.0  # of the distance to a sentence encoder's sense of the text
    muon: bool = False  # for the encoder's matrices; AdamW for all else
    left_out: tuple[str, ...] = ()  # sources that are not read
    teach_weight: float = 0.0  # of the distance to a teacher's answers
    state_weight: float = 0.0  # of the distance to its last states
    rank: int = 0  # of low-rank changes that learn in place of the encoder's matrices; 0: these


@dataclass(slots=True)
class Place:
    """How far a run has come; with the weights and Adam's memory, all that resuming needs."""

    step: int = 0
    epoch: int = 0
    batch: int = 0  # of the epoch's plan
    tokens: int = 0  # read so far, padding not counted
    seconds: float = 0.0  # of training, all sessions together
    history: list[dict[str, Any]] = field(default_factory=list)  # evaluations and answers


def rate(recipe: Recipe, step: int) -> float:
    """Return the factor of the learning rate at a step, in [0, 1]."""
    factor = min(1.0, (step + 1 - recipe.warmup_from) / max(1, recipe.warmup_steps))
    if recipe.cooldown_steps:
        done = (step - recipe.cooldown_from) / recipe.cooldown_steps
        factor *= min(1.0, max(0.0, 1.0 - done))
    return factor


def losses(output: PreTrainingOutput, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return both losses in nats, each **summed** over its answers.

    Sums of a batch's parts add up to the batch's, means don't: parts hold different numbers of
    hidden tokens.
    """
    targets = batch.targets[batch.positions]
    mlm = F.cross_entropy(output.mlm_logits.float(), targets, reduction="sum")
    nsp = output.nsp_logits.float()
    return mlm, F.cross_entropy(nsp, batch.labels, ignore_index=NO_PAIR, reduction="sum")


def far_from_sense(output: PreTrainingOutput, batch: Batch, encoder: Bert) -> Tensor:
    """Return 1 - cosine between what model and encoder make of each text, [B], in [0, 2].

    Both take the mean over all tokens (Reimers & Gurevych 2019, arXiv:1908.10084); the encoder
    reads the text before masking. A body that was a sentence encoder moves away from it while it
    learns to fill in words; as a loss, this holds it near (distillation, Hinton et al. 2015,
    arXiv:1503.02531).
    """
    with torch.no_grad():
        meant = encoder(batch.targets, mask=batch.mask).hidden
    keep = batch.mask[..., None]
    pooled = [(hidden.float() * keep).sum(1) for hidden in (output.encoder.hidden, meant)]
    return 1 - F.cosine_similarity(*pooled)


def make_optimizers(model: BertForPreTraining, recipe: Recipe) -> list[Optimizer]:
    """Return AdamW with a rate of its own for the new heads; no decay of biases and norms.

    With `recipe.muon` the encoder's matrices learn by Muon (Jordan et al. 2024; Liu et al. 2025,
    arXiv:2502.16982, whose scaling lets it take AdamW's rate): a step turns the momentum into the
    nearest matrix with equal singular values, so rare directions are learned too.
    """
    groups: dict[tuple[bool, bool], list[Tensor]] = {}
    matrices = []
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        head = name.startswith(("cls.", "bert.pooler."))
        if recipe.muon and name.startswith("bert.encoder.") and parameter.ndim == 2:
            matrices.append(parameter)
        else:
            groups.setdefault((head, parameter.ndim > 1), []).append(parameter)
    adam = AdamW(
        [
            {
                "params": parameters,
                "lr": recipe.lr_heads if head else recipe.lr_body,
                "weight_decay": WEIGHT_DECAY if decay else 0.0,
            }
            for (head, decay), parameters in groups.items()
        ],
        betas=BETAS,
        eps=EPSILON,
        fused=True,
    )
    if not matrices:
        return [adam]
    muon = Muon(
        matrices, lr=recipe.lr_body, weight_decay=WEIGHT_DECAY, adjust_lr_fn="match_rms_adamw"
    )
    return [adam, muon]


class Run:
    """A model, its optimizer and its place in the texts."""

    def __init__(
        self,
        model: BertForPreTraining,
        assembler: Assembler,
        recipe: Recipe,
        *,
        n_accumulate: int = 1,
        encoder: Bert | None = None,
        teacher: Teacher | None = None,
    ) -> None:
        """Put the model on its device, and behind DDP where there are several processes.

        Args:
            model: what learns.
            assembler: of batches.
            recipe: how it learns.
            n_accumulate: parts that a batch is computed in.
            encoder: whose sense of a text is kept, where `recipe.sense_weight` isn't 0.
            teacher: whose answers are learned, too, by one process.
        """
        half = runtime.compute_dtype() == torch.bfloat16
        self.accelerator = Accelerator(
            cpu=runtime.device().type == "cpu", mixed_precision="bf16" if half else "no"
        )
        self.recipe, self.assembler, self.n_accumulate = recipe, assembler, n_accumulate
        self.place = Place()
        self.encoder = encoder.to(self.accelerator.device).eval() if encoder else None
        self.teacher = teacher.to(self.accelerator.device) if teacher else None
        self.optimizers = make_optimizers(model, recipe)
        if teacher:
            group = {"params": list(teacher.to_teacher.parameters()), "lr": recipe.lr_heads}
            self.optimizers[0].add_param_group(group)
        self.rates = [group["lr"] for group in self._groups()]
        self.model = self.accelerator.prepare(model)
        self._plan: tuple[int, Plan] | None = None

    @property
    def bare_model(self) -> BertForPreTraining:
        """The model without DDP around it."""
        return self.accelerator.unwrap_model(self.model)

    def next_batch(self) -> tuple[Batch, Plan, np.ndarray]:
        """Return the batch at the run's place, the plan and its rows there, and move on."""
        place, recipe = self.place, self.recipe
        if self._plan is None or self._plan[0] != place.epoch:
            self._plan = (
                place.epoch,
                plan(
                    self.assembler.corpus,
                    seed=recipe.seed,
                    epoch=place.epoch,
                    length=recipe.length,
                    batch_tokens=recipe.batch_tokens,
                    left_out=recipe.left_out,
                ),
            )
        epoch = self._plan[1]
        rows = epoch.batches[place.batch]
        dice = np.random.default_rng([recipe.seed, place.epoch, place.batch])
        batch = self.assembler.batch(epoch, rows, dice)
        place.batch += 1
        if place.batch == len(epoch.batches):
            place.epoch, place.batch = place.epoch + 1, 0
        return batch, epoch, rows

    def step(self) -> tuple[float, float, float]:
        """Learn from one batch; returns MLM's and NSP's loss, means in nats, and the lost sense.

        All processes draw the same batch, and each computes its rows in `n_accumulate` parts.
        """
        self.model.train()
        recipe = self.recipe
        batch, epoch, rows = self.next_batch()
        n_answers = batch.positions.sum().item()
        n_pairs = max(1, (batch.labels != NO_PAIR).sum().item())
        n_processes = self.accelerator.num_processes
        n_parts = n_processes * self.n_accumulate
        sums = torch.zeros(3, device=self.accelerator.device)
        for i in range(self.n_accumulate):
            mine = i * n_processes + self.accelerator.process_index
            part = batch.part(mine, n_parts)
            lesson = self.teacher and self.teacher.lesson(epoch, rows[mine::n_parts], part)
            part = part.to(self.accelerator.device)
            with self.accelerator.autocast(), attending(self.accelerator.device):
                output = self._forward(part)
                mlm, nsp = losses(output, part)
                far = mlm.new_zeros(())
                if self.encoder is not None:
                    far = far_from_sense(output, part, self.encoder).sum()
                taught = mlm.new_zeros(())
                if lesson:
                    answers, states = self.teacher.losses(output, part, lesson.to(mlm.device))
                    taught = recipe.teach_weight * answers + recipe.state_weight * states
            sums += torch.stack([mlm / n_answers, nsp / n_pairs, far / len(batch.ids)]).detach()
            # DDP takes the mean over processes, ours is a sum.
            loss = mlm / n_answers + recipe.nsp_weight * nsp / n_pairs
            loss += recipe.sense_weight * far / len(batch.ids) + taught / self.n_accumulate
            loss *= n_processes
            if i + 1 < self.n_accumulate:
                with self.accelerator.no_sync(self.model):
                    self.accelerator.backward(loss)
            else:
                self.accelerator.backward(loss)
        self.accelerator.clip_grad_norm_(self.model.parameters(), CLIP)
        factor = rate(self.recipe, self.place.step)
        for group, full in zip(self._groups(), self.rates, strict=True):
            group["lr"] = full * factor
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.place.step += 1
        self.place.tokens += int(batch.mask.sum())
        sums = self.accelerator.reduce(sums)
        return tuple(sums.tolist())

    def agreed(self, stop: bool) -> bool:
        """Say whether any process wants to stop, so that none waits for another in vain."""
        if self.accelerator.num_processes == 1:
            return stop
        wish = torch.tensor(float(stop), device=self.accelerator.device)
        return self.accelerator.reduce(wish).item() > 0

    def leave(self) -> None:
        """End this process if it is one of several; the last thing to do.

        DDP never lets go of its group, whose threads abort the process if they drop a tensor while
        Python ends (torch 2.14). So Python doesn't end here, the process does, as
        multiprocessing's do.
        """
        if self.accelerator.num_processes == 1:
            return
        self.accelerator.end_training()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)

    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    def _forward(self, part: Batch) -> PreTrainingOutput:
        return self.model(part.ids, part.segments, part.mask, positions=part.positions)

    def save(self, path: Path) -> None:
        """Write a checkpoint; a crash while writing leaves the one before."""
        if not self.accelerator.is_main_process:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        state = {
            "model": self.bare_model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "place": asdict(self.place),
            "recipe": asdict(self.recipe),
            "config": asdict(self.bare_model.bert.config),
            "rng": torch.get_rng_state(),  # dropout draws from it
        }
        if self.teacher:
            state["to_teacher"] = self.teacher.to_teacher.state_dict()
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint; another length, batch or unit begins a new epoch."""
        self.bare_model.load_state_dict(state["model"])
        if self.teacher and "to_teacher" in state:
            self.teacher.to_teacher.load_state_dict(state["to_teacher"])
        for optimizer, memory in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(memory)
        self.place = Place(**state["place"])
        torch.set_rng_state(state["rng"])
        before = {k: state["recipe"][k] for k in ("length", "batch_tokens", "seed", "left_out")}
        if before != {k: getattr(self.recipe, k) for k in before} and self.place.batch:
            self.place.epoch, self.place.batch = self.place.epoch + 1, 0
