"""The training loop: the recipe's stages, one after the other, resumable at every check."""

import copy
import json
import os
import pickle
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch

import snapshot
from batches import Batches, loader
from data import DIAGNOSES
from losses import diagnosis_loss, image_loss, place_loss, taught_loss
from network import Learner, Said, as_input, student
from origin import origin, unlike
from watch import Watch

TASK_WEIGHT = {"bcc": [1.0] + [0.0] * 7, "all": [1.0, 0.3, 0.3, 0.2, 0.2, 0.2, 0.05, 0.3]}
PLACE_WEIGHT = 0.3
DIAGNOSIS_WEIGHT = 0.3
SMOOTHING = 0.04
EMA = 0.998  # a step
WEIGHT_DECAY = 0.02
DROPOUT = 0.2
CLIP = 2.0


class Trainer:
    """Its learners are those that the stages name: `student` and `mnv2…` are MobileNet-V2, `liteN` EfficientNet-LiteN."""

    def __init__(self, data, recipe, imagenet, run_dir, workers):
        self.data, self.recipe, self.workers = data, recipe, workers
        self.seed, self.batch = recipe["seed"], recipe.get("batch", 32)
        self.run = Path(run_dir)
        self.run.mkdir(parents=True, exist_ok=True)
        self.origin = origin(data, recipe, imagenet)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(self.seed)
        torch.set_float32_matmul_precision("high")
        names = dict.fromkeys(name for stage in recipe["stage"] for name in stage["learners"])
        self.learners = {name: self.learner(name, imagenet, self.seed + i) for i, name in enumerate(names)}
        self.averages = {name: copy.deepcopy(l).eval().requires_grad_(False) for name, l in self.learners.items()}
        train = data.where("train")
        count = np.bincount(data.diagnosis[train], minlength=len(DIAGNOSES))
        self.diagnosis_weight = self.tensor(np.clip(np.sqrt(count.max() / 3 / np.maximum(count, 1)), 0.7, 3.0))
        y = data.y[train]
        positives, negatives = np.nansum(y, 0), np.nansum(1 - y, 0)
        self.positive_weight = self.tensor(np.clip(np.sqrt(negatives / np.maximum(positives, 1)), 1, 5))
        # Made once: a tensor sent to the GPU from a list makes the step wait for all that is under way there.
        self.task_weight = {tasks: self.tensor(weights) for tasks, weights in TASK_WEIGHT.items()}
        self.watch = Watch(data, self.run, self.device)

    def learner(self, name, imagenet, seed):
        if name.startswith("lite"):
            from teacher import Lite  # its packages are needed only here

            made = Learner(Lite(name.removeprefix("lite")), seed)
        else:
            made = student(imagenet, seed)
        return made.to(self.device, memory_format=torch.channels_last)

    def tensor(self, values):
        return torch.tensor(np.asarray(values), dtype=torch.float32, device=self.device)

    def half(self):
        """Convolutions in bfloat16 where that is fast; losses are float either way."""
        return torch.autocast("cuda", torch.bfloat16) if self.device.type == "cuda" else nullcontext()

    # ---- steps ---------------------------------------------------------------------------------

    def loss(self, said, y, cells, diagnosis, stage):
        loss = image_loss(said.logits, y, self.positive_weight, self.task_weight[stage["tasks"]], SMOOTHING)
        loss = loss + DIAGNOSIS_WEIGHT * diagnosis_loss(said.diagnosis, diagnosis, self.diagnosis_weight)
        if stage["tasks"] == "all":
            loss = loss + stage.get("place", PLACE_WEIGHT) * place_loss(said.maps, cells, y)
        return stage.get("labels", 1.0) * loss

    @torch.no_grad()
    def taught(self, x, teachers):
        """The teachers' mean, as probabilities."""
        with self.half():
            said = [self.averages[name](x) for name in teachers]
        mean = lambda values: torch.stack(values).mean(0)
        return Said(
            mean([s.maps.sigmoid() for s in said]),
            mean([s.logits.sigmoid() for s in said]),
            mean([s.diagnosis.softmax(1) for s in said]),
        )

    def step(self, name, optimizer, batch, stage, blend):
        """One step of one network. A blend of two pictures has no label; what the teachers see in it counts."""
        x, y, cells, diagnosis = batch
        if blend is not None:
            x = blend * x + (1 - blend) * x.flip(0)
        with self.half():
            said = self.learners[name](x, DROPOUT)
        loss = 0.0
        if blend is None:
            loss = self.loss(said, y, cells, diagnosis, stage)
        if teachers := stage.get("taught_by"):
            loss = loss + taught_loss(said, self.taught(x, teachers), self.task_weight[stage["tasks"]])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for g in optimizer.param_groups for p in g["params"]], CLIP)
        optimizer.step()
        return loss.detach()

    @torch.no_grad()
    def average(self, name, steps):
        keep = min(EMA, (1 + steps) / (10 + steps))
        mean, now = (list(l.state_dict().values()) for l in (self.averages[name], self.learners[name]))
        real = [a.is_floating_point() for a in mean]
        torch._foreach_lerp_([a for a, r in zip(mean, real) if r], [b for b, r in zip(now, real) if r], 1 - keep)
        for a, b, r in zip(mean, now, real):
            if not r:
                a.copy_(b)

    def optimizer(self, name, stage):
        opened = self.learners[name].opened(stage["open_from"])
        decayed = {"params": [p for p in opened if p.dim() > 1], "weight_decay": WEIGHT_DECAY}
        free = {"params": [p for p in opened if p.dim() <= 1], "weight_decay": 0.0}
        self.learners[name].requires_grad_(False)
        for p in opened:
            p.requires_grad_(True)
        return torch.optim.AdamW([decayed, free], lr=stage["rate"], betas=(0.9, 0.99), fused=self.device.type == "cuda")

    def fit(self):
        stored = self.stored()
        done = stored["done"] if stored else {"stage": 0, "step": 0, "steps": 0, "seconds": 0.0}
        for number, stage in enumerate(self.recipe["stage"]):
            if done["stage"] > number:
                continue
            if done["step"] == 0 and "like" in stage:
                for learners in (self.learners, self.averages):
                    for name in stage["learners"]:
                        learners[name].load_state_dict(self.averages[stage["like"]].state_dict())
            optimizers = {name: self.optimizer(name, stage) for name in stage["learners"]}
            if done["step"] > 0:
                for name, optimizer in optimizers.items():
                    optimizer.load_state_dict(stored["optimizers"][name])
            self.stage(number, stage, optimizers, done)
            done.update(stage=number + 1, step=0, seconds=0.0)
            self.save(done, {})

    def stage(self, number, stage, optimizers, done):
        batches = Batches(self.data, stage, number, self.seed, self.batch)
        plan, check = Plan(stage, batches), max(1, round(stage.get("check", 1) * batches.an_epoch))
        for name in optimizers:
            # A backbone that is held keeps its batch norm's statistics as well.
            self.learners[name].train().backbone.train(bool(self.learners[name].backbone.opened(stage["open_from"])))
        began, before, losses = time.time(), done["seconds"], []
        for k, batch in enumerate(loader(batches, done["step"], self.workers, self.device.type == "cuda"), done["step"]):
            pictures, *rest = (t.to(self.device, non_blocking=True) for t in batch)
            x = as_input(pictures).contiguous(memory_format=torch.channels_last)
            chance = np.random.default_rng((self.seed, number, k))
            blend = float(chance.uniform(0.2, 0.8)) if chance.random() < stage.get("blend", 0.0) else None
            for name, optimizer in optimizers.items():
                for group in optimizer.param_groups:
                    group["lr"] = plan.rate(done)
                losses.append(self.step(name, optimizer, (x, *rest), stage, blend))
                self.average(name, done["steps"])
            done["step"] += 1
            done["steps"] += 1
            done["seconds"] = before + time.time() - began
            over = plan.share(done) >= 1
            if over or done["step"] % check == 0:
                loss = torch.stack(losses).mean().item()
                self.save(done, {name: o.state_dict() for name, o in optimizers.items()})
                self.watch.log(f"{stage['name']} {done['step'] / batches.an_epoch:.1f}", done, loss, stage["size"], {n: self.averages[n] for n in optimizers})
                losses = []
            if over:
                break

    # ---- state ---------------------------------------------------------------------------------

    def save(self, done, optimizers):
        """All of it to go on from, and each learner's averaged weights; `student.npz` is what the export wants."""
        state = {"done": done, "optimizers": optimizers, "chance": self.chance(), "origin": self.origin}
        for kind in ("learners", "averages"):
            state[kind] = {name: l.state_dict() for name, l in getattr(self, kind).items()}
        # Before `last.pt`: stopped between the two, a stage that counts as done would leave the weights of an earlier check.
        for name in optimizers:
            snapshot.write(self.run / f"{name}.npz", self.averages[name], self.origin)
        part = self.run / "last.part"
        torch.save(state, part)
        os.replace(part, self.run / "last.pt")
        (self.run / "progress.json").write_text(json.dumps(done))

    def stored(self):
        path = self.run / "last.pt"
        if not path.exists():
            return None
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            why = unlike(self.origin, state.get("origin"))
        except (EOFError, RuntimeError, pickle.UnpicklingError) as error:
            why = f"cannot be read ({type(error).__name__})"
        if why:
            raise SystemExit(f"{path}: this training {why}, and cannot go on here; empty {self.run} or take another work folder")
        for kind in ("learners", "averages"):
            for name, learner in getattr(self, kind).items():
                learner.load_state_dict(state[kind][name])
        torch.set_rng_state(state["chance"][0].cpu())
        if self.device.type == "cuda":
            torch.cuda.set_rng_state(state["chance"][1].cpu())
        return state

    def chance(self):
        """Where the generators of dropout are, for a training that goes on to go on with the same draws."""
        return [torch.get_rng_state()] + ([torch.cuda.get_rng_state()] if self.device.type == "cuda" else [])


class Plan:
    """How far a stage is, and the rate there: a linear warm-up, then half a cosine (or, with `hold`, the rate itself).

    A stage ends after `epochs` (a fraction will do) or after `minutes` of training, whichever is first.
    """

    def __init__(self, stage, batches):
        self.peak, self.floor, self.hold = stage["rate"], stage.get("floor", 0.02), stage.get("hold", False)
        self.total = len(batches)
        self.warm = min(stage.get("warm", 100), batches.an_epoch)
        self.seconds = 60 * stage.get("minutes", float("inf"))

    def share(self, done):
        return max(done["step"] / self.total, done["seconds"] / self.seconds)

    def rate(self, done):
        cosine = 1.0 if self.hold else self.floor + (1 - self.floor) * 0.5 * (1 + np.cos(np.pi * self.share(done)))
        # A plain number: the optimizer's state holds it, and a checkpoint with NumPy's could be written but not read.
        return float(self.peak * min((done["step"] + 1) / self.warm, cosine))
