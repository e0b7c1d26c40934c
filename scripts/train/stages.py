"""The training loop: the recipe's stages, one after the other, resumable after every epoch."""

import csv
import json
import queue
import threading
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

import warm
from augment import augment, warp_cells
from data import DIAGNOSES
from losses import diagnosis_loss, image_loss, place_loss
from metrics import auroc, inside_outside, known
from network import FEATURES, Network
from prepare import prepare, to_float
from tasks import CODES, N, PATTERNS

STRIDE = 32
TASK_WEIGHT = {"bcc": [1.0] + [0.0] * 7, "all": [1.0, 0.3, 0.3, 0.2, 0.2, 0.2, 0.05, 0.3]}
PLACE_WEIGHT = 0.3
DIAGNOSIS_WEIGHT = 0.3
SMOOTHING = 0.04
EMA = 0.996
WEIGHT_DECAY = 0.02
DROPOUT = 0.2


class Trainer:
    def __init__(self, data, weights, run_dir, seed, start=None):
        self.data, self.seed = data, seed
        self.run = Path(run_dir)
        self.run.mkdir(parents=True, exist_ok=True)
        tf.random.set_seed(seed)
        self.net = Network(weights, seed)
        rng = np.random.default_rng(seed + 1)
        self.aux = [tf.Variable(rng.normal(0, 0.01, (FEATURES, len(DIAGNOSES))).astype(np.float32)), tf.Variable(tf.zeros(len(DIAGNOSES)))]
        # image logit = slope * mean of the map + offset: the map may stay a map of places
        self.affine = [tf.Variable(tf.zeros(N)), tf.Variable(tf.zeros(N))]
        if start:
            warm.start(self.net, self.affine, start["file"], start["sha256"])
        self.ema = [tf.Variable(v, trainable=False) for v in self.net.variables()]
        train = data.where("train")
        count = np.bincount(data.diagnosis[train], minlength=len(DIAGNOSES))
        self.diagnosis_weight = tf.constant(np.clip(np.sqrt(count.max() / 3 / np.maximum(count, 1)), 0.7, 3.0), tf.float32)
        y = data.y[train]
        positives, negatives = np.nansum(y, 0), np.nansum(1 - y, 0)
        self.positive_weight = tf.constant(np.clip(np.sqrt(negatives / np.maximum(positives, 1)), 1, 5), tf.float32)

    # ---- samples -------------------------------------------------------------------------------

    def order(self, rng):
        """Every training picture once, those with a rare pattern once more."""
        train = self.data.where("train")
        rare = [1 + PATTERNS.index(c) for c in ("ON", "MG", "ML", "SW")]
        has = np.nan_to_num(self.data.y[train][:, rare]).max(1) > 0.5
        return rng.permutation(np.concatenate([train, train[has]]))

    def batches(self, stage, number, epoch, batch):
        width, height = stage["size"]
        base = (self.seed, number, epoch)
        ids = self.order(np.random.default_rng(base))
        strength = stage.get("strength", 1.0)

        def make(at):
            some = ids[at : at + batch]
            x = np.empty((batch, height, width, 3), np.uint8)
            cells = np.empty((batch, height // STRIDE, width // STRIDE, len(PATTERNS)), np.float32)
            for k, i in enumerate(some):
                rng = np.random.default_rng(base + (at + k,))
                image = self.data.images[i]
                x[k], back = augment(image, width, height, rng, strength)
                size = (image.shape[1], image.shape[0])
                cells[k] = warp_cells(self.data.cells[i], back, size, width // STRIDE, height // STRIDE, width, height)
            return x, self.data.y[some], cells, self.data.diagnosis[some]

        return ahead(make, range(0, len(ids) - batch + 1, batch))

    # ---- steps ---------------------------------------------------------------------------------

    def stepper(self, stage, opened, optimizer):
        net = self.net
        task_weight = tf.constant(TASK_WEIGHT[stage["tasks"]], tf.float32)
        joint = stage["tasks"] == "all"
        place_weight = stage.get("place", PLACE_WEIGHT)

        @tf.function
        def step(x, y, cells, diagnosis, momentum):
            x = tf.cast(x, tf.float32) / 127.5 - 1.0
            with tf.GradientTape() as tape:
                f = net.features(x)
                f = tf.nn.dropout(f, DROPOUT, noise_shape=[tf.shape(f)[0], 1, 1, FEATURES])
                maps = net.head(f)
                logits = tf.reduce_mean(maps, [1, 2]) * tf.exp(self.affine[0]) + self.affine[1]
                loss = image_loss(logits, y, self.positive_weight, task_weight, SMOOTHING)
                seen = tf.matmul(tf.reduce_mean(f, [1, 2]), self.aux[0]) + self.aux[1]
                loss += DIAGNOSIS_WEIGHT * diagnosis_loss(seen, diagnosis, self.diagnosis_weight)
                if joint:
                    loss += place_weight * place_loss(maps, cells, y)
            optimizer.apply_gradients(zip(tape.gradient(loss, opened, unconnected_gradients="zero"), opened))
            for average, v in zip(self.ema, net.variables()):
                average.assign(momentum * average + (1 - momentum) * v)
            return loss

        return step

    def fit(self, stages, batch=32):
        done = self.progress()
        for number, stage in enumerate(stages):
            if done["stage"] > number:
                continue
            opened = self.net.variables(stage["open_from"]) + self.aux + self.affine
            optimizer = tf.keras.optimizers.AdamW(stage["rate"], weight_decay=WEIGHT_DECAY, beta_2=0.99, global_clipnorm=2.0)
            optimizer.exclude_from_weight_decay(var_list=[v for v in opened if len(v.shape) == 1])
            optimizer.build(opened)
            if done["stage"] == number and done["epoch"] > 0:
                self.restore("last", self.own() + optimizer.variables)
            else:
                done.update(stage=number, epoch=0, step=0, seconds=0.0)
                if number > 0:
                    self.restore(f"end-{number - 1}", self.own())
                if stage.get("from_ema", False):
                    self.net.set([v.numpy() for v in self.ema])
            step, plan = self.stepper(stage, opened, optimizer), Plan(stage, len(self.order(np.random.default_rng(0))) // batch)
            while plan.share(done) < 1:
                began, before, losses = time.time(), done["seconds"], []
                for b in self.batches(stage, number, done["epoch"], batch):
                    done["seconds"] = before + time.time() - began
                    if plan.share(done) >= 1:
                        break
                    optimizer.learning_rate.assign(plan.rate(done))
                    momentum = min(EMA, (1 + done["steps"]) / (10 + done["steps"]))
                    losses.append(step(*b, tf.constant(momentum, tf.float32)))
                    done["steps"] += 1
                    done["step"] += 1
                    if done["step"] % 20 == 0:
                        print(f"  {time.strftime('%H:%M:%S')} {stage['name']} step {done['step']} of {plan.total}", flush=True)
                done["epoch"] += 1
                self.save("last", self.own() + optimizer.variables)
                self.write_progress(done)
                self.log(stage["name"], done, np.mean(losses), time.time() - began, self.validate(stage["size"]))
            self.save(f"end-{number}", self.own())
            done.update(stage=number + 1, epoch=0)
            self.write_progress(done)

    # ---- state ---------------------------------------------------------------------------------

    def own(self):
        return [*self.net.variables(), *self.ema, *self.aux, *self.affine]

    def save(self, name, variables):
        part = self.run / f"{name}.part.npz"
        np.savez(part, *[np.asarray(v) for v in variables])
        part.rename(self.run / f"{name}.npz")

    def restore(self, name, variables):
        stored = np.load(self.run / f"{name}.npz")
        for v, key in zip(variables, stored.files, strict=True):
            v.assign(stored[key])

    def progress(self):
        path = self.run / "progress.json"
        return json.loads(path.read_text()) if path.exists() else {"stage": 0, "epoch": 0, "steps": 0, "step": 0, "seconds": 0.0}

    def write_progress(self, done):
        path = self.run / "progress.json"
        path.with_suffix(".part").write_text(json.dumps(done))
        path.with_suffix(".part").rename(path)

    # ---- validation ----------------------------------------------------------------------------

    def validate(self, size):
        """Figures of the averaged float weights on val: a compass, not a result."""
        val = self.data.where("val")
        own = self.net.get()
        self.net.set([v.numpy() for v in self.ema])
        x = np.stack([prepare(self.data.images[i], *size) for i in val])
        forward = tf.function(lambda a: self.net.head(self.net.features(a)))
        maps = np.concatenate([forward(tf.constant(to_float(x[i : i + 32]))).numpy() for i in range(0, len(x), 32)])
        self.net.set(own)
        z, y = maps.mean((1, 2)), self.data.y[val]
        figures = {c: auroc(*known(y[:, k], z[:, k])) for k, c in enumerate(CODES)}
        nv = np.isin(self.data.diagnosis[val], (DIAGNOSES.index("BCC"), DIAGNOSES.index("NV")))
        figures["BCC-NV"] = auroc(y[nv, 0], z[nv, 0])
        for c in ("UL", "AT"):
            k = CODES.index(c)
            a, b, _ = inside_outside(maps[..., k], self.data.cells[val][..., k - 1], y[:, k])
            figures[f"{c}-in"], figures[f"{c}-out"] = a, b
        return figures

    def log(self, name, done, loss, seconds, figures):
        line = " ".join(f"{k} {v:.3f}" for k, v in figures.items())
        print(f"{time.strftime('%H:%M:%S')} {name} {done['epoch']:3d}  {seconds:4.0f} s  loss {loss:.3f}  {line}", flush=True)
        path = self.run / "log.csv"
        new = not path.exists()
        with open(path, "a", newline="") as f:
            w = csv.writer(f)
            if new:
                w.writerow(["stage", "epoch", "step", "seconds", "loss", *figures])
            w.writerow([name, done["epoch"], done["step"], round(seconds, 1), round(float(loss), 4), *(round(v, 4) for v in figures.values())])


class Plan:
    """How far a stage is, and the rate there: a linear warm-up, then half a cosine (or, with `hold`, the rate itself).

    A stage ends after `epochs` (a fraction will do) or after `minutes` of training, whichever is first.
    """

    def __init__(self, stage, steps_an_epoch):
        self.peak, self.floor, self.hold = stage["rate"], stage.get("floor", 0.02), stage.get("hold", False)
        self.total = round(stage["epochs"] * steps_an_epoch)
        self.warm = min(stage.get("warm", 100), steps_an_epoch)
        self.seconds = 60 * stage.get("minutes", float("inf"))

    def share(self, done):
        return max(done["step"] / self.total, done["seconds"] / self.seconds)

    def rate(self, done):
        cosine = 1.0 if self.hold else self.floor + (1 - self.floor) * 0.5 * (1 + np.cos(np.pi * self.share(done)))
        return self.peak * min((done["step"] + 1) / self.warm, cosine)


def ahead(make, keys, depth=6):
    """The results of make(key), made by one thread a few ahead of their use."""
    made = queue.Queue(depth)

    def work():
        try:
            for k in keys:
                made.put(make(k))
            made.put(None)
        except BaseException as e:  # handed to the consumer
            made.put(e)

    threading.Thread(target=work, daemon=True).start()
    while (item := made.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item
