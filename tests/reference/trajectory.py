"""Trains what a run of StreamTrainer trained, written out from the formulas, and writes down where it came.

usage: trajectory.py FOLDER

FOLDER holds recipe.json (the numbers of the recipe), batches.safetensors (bytes [steps, batch, height, width, 3], labels
[steps, batch], mixes [steps, groups, 6]: lambda, whether cutmix, top, bottom, left, right) and initial.safetensors (weights).
Written there: losses.json (loss and rate of each step) and KIND-STEP.safetensors for model, ema and swa after the kept steps.

The network is the small residual network of arXiv 1512.03385, section 4.2, with projections; LAMB is arXiv 1904.00962 with the
global norm limited first; SWA is arXiv 1803.05407; cutmix and mixup are arXiv 1905.04899 and 1710.09412 with a batch read backwards.
"""
import json
import math
import struct
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

TYPES = {"F32": torch.float32, "I64": torch.int64, "U8": torch.uint8, "F64": torch.float64}
NAMES = {value: key for key, value in TYPES.items()}


def read(path):
    data = bytearray(path.read_bytes())
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            start, end = entry["data_offsets"]
            part = data[8 + length + start:8 + length + end]
            tensors[name] = torch.frombuffer(part, dtype=TYPES[entry["dtype"]]).reshape(entry["shape"]).clone()
    return tensors


def write(path, tensors):
    header, parts, at = {}, [], 0
    for name, tensor in tensors.items():
        part = tensor.detach().contiguous().numpy().tobytes()
        header[name] = {"dtype": NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, at + len(part)]}
        parts.append(part)
        at += len(part)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class Network(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(16)
        before = 16
        for stage, width in enumerate((16, 32, 64)):
            blocks = [Block(before if i == 0 else width, width, 2 if stage > 0 and i == 0 else 1) for i in range(3)]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
            before = width
        self.fc = nn.Linear(64, classes)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(F.relu(self.bn1(self.conv1(x))))))
        return self.fc(x.mean((2, 3)))


def one_hot(labels, classes, smoothing):
    rows = torch.full((len(labels), classes), smoothing / classes)
    rows[torch.arange(len(labels)), labels] = 1 - smoothing + smoothing / classes
    return rows


def mix(pixels, labels, plan, recipe):
    """A group's bytes, mixed with the group read backwards, and the shares of the classes."""
    share, cutmix, top, bottom, left, right = plan
    rows = one_hot(labels, recipe["classes"], recipe["smoothing"])
    if share >= 1:
        return pixels, rows
    if cutmix:
        top, bottom, left, right = int(top), int(bottom), int(left), int(right)
        mixed = pixels.clone()
        mixed[:, top:bottom, left:right] = pixels.flip(0)[:, top:bottom, left:right]
        # The share follows the box as it was cut to the image.
        share = 1 - (bottom - top) * (right - left) / (pixels.shape[1] * pixels.shape[2])
    else:
        mixed = (pixels.float() * share + pixels.flip(0).float() * (1 - share)).round().to(torch.uint8)
    return mixed, rows * share + rows.flip(0) * (1 - share)


def loss_of(logits, labels, shares, recipe):
    if recipe["loss"] == "Bce":
        target = shares if shares is not None else one_hot(labels, recipe["classes"], recipe["smoothing"])
        if recipe["threshold"] is not None:
            target = (target > recipe["threshold"]).float()
        # -[t log p + (1 - t) log(1 - p)] of every class by itself.
        return -(target * F.logsigmoid(logits) + (1 - target) * F.logsigmoid(-logits)).mean()
    target = shares if shares is not None else one_hot(labels, recipe["classes"], recipe["smoothing"])
    return -(target * torch.log_softmax(logits, 1)).sum(1).mean()


def rate_at(epoch, s):
    """The rate of an epoch; a linear warm-up lies over the schedule's beginning."""
    lr, total = s["lr"], s["epochs"]
    if epoch < s["warmupEpochs"]:
        return s["warmupLr"] + epoch * (lr - s["warmupLr"]) / s["warmupEpochs"]
    if s["name"] == "Cosine":
        return s["minLr"] + (lr - s["minLr"]) * (1 + math.cos(math.pi * epoch / total)) / 2
    if s["name"] == "Step":
        return lr * s["decayRate"] ** (epoch // s["decayEpochs"])
    if s["name"] == "Exponential":
        return lr * s["decayRate"] ** (epoch / total)
    raise ValueError(s["name"])


class Optimizer:
    """SGD with momentum, AdamW and LAMB; gradients are read from the parameters."""

    def __init__(self, model, options):
        self.o = options
        self.parameters = list(model.parameters())
        self.decays = [options["weightDecay"] if options["decayAll"] or p.dim() > 1 else 0.0 for p in self.parameters]
        self.m = [torch.zeros_like(p) for p in self.parameters]
        self.v = [torch.zeros_like(p) for p in self.parameters]
        self.steps = 0

    def global_norm(self):
        return math.sqrt(sum(p.grad.double().square().sum().item() for p in self.parameters))

    def clip(self):
        if self.o["clipGrad"] is None:
            return
        if self.o["clipMode"] == "Value":
            for p in self.parameters:
                p.grad.clamp_(-self.o["clipGrad"], self.o["clipGrad"])
            return
        factor = min(1.0, self.o["clipGrad"] / (self.global_norm() + 1e-6))
        for p in self.parameters:
            p.grad.mul_(factor)

    def step(self, lr):
        self.steps += 1
        getattr(self, self.o["name"].lower())(lr)

    def momentum(self, lr, nesterov=False):
        for p, decay, m in zip(self.parameters, self.decays, self.m):
            g = p.grad + decay * p
            m.mul_(self.o["momentum"]).add_(g)
            p.sub_(lr * (g + self.o["momentum"] * m if nesterov else m))

    def sgd(self, lr):
        self.momentum(lr, nesterov=True)

    def moments(self, g, m, v):
        b1, b2 = self.o["betas"]
        m.mul_(b1).add_(g, alpha=1 - b1)
        v.mul_(b2).addcmul_(g, g, value=1 - b2)
        return m / (1 - b1 ** self.steps), v / (1 - b2 ** self.steps)

    def adamw(self, lr):
        for p, decay, m, v in zip(self.parameters, self.decays, self.m, self.v):
            p.mul_(1 - lr * decay)
            mean, square = self.moments(p.grad, m, v)
            p.sub_(lr * mean / (square.sqrt() + self.o["eps"]))

    def lamb(self, lr):
        most = self.o["maxGradNorm"]
        factor = 1 / max(1.0, self.global_norm() / most) if most > 0 else 1.0
        for p, decay, m, v in zip(self.parameters, self.decays, self.m, self.v):
            mean, square = self.moments(p.grad * factor, m, v)
            # Epsilon stands outside the root of the corrected moment.
            update = mean / (square.sqrt() + self.o["eps"]) + decay * p
            trust = 1.0
            if decay != 0 and p.norm() > 0 and update.norm() > 0:
                trust = (p.norm() / update.norm()).item()
            p.sub_(lr * trust * update)


def follow(average, model, decay):
    for name, value in model.state_dict().items():
        old = average[name]
        old.copy_(old * decay + value * (1 - decay))


def normalise(pixels, recipe):
    mean, std = (torch.tensor(recipe[key]).view(1, 3, 1, 1) * 255 for key in ("mean", "std"))
    return (pixels.permute(0, 3, 1, 2).float() - mean) / std


def measured(weights, batches, recipe):
    """The weights with batch norm's statistics as the plain mean of those of the batches."""
    model = Network(recipe["classes"])
    model.load_state_dict(weights)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    model.train()
    for batch in batches:
        for group in batch.chunk(recipe["groups"]):
            model(normalise(group, recipe))
    return model.state_dict()


def main(folder):
    torch.set_num_threads(1)
    recipe = json.loads((folder / "recipe.json").read_text())
    data = read(folder / "batches.safetensors")
    pixels, labels, mixes = data["bytes"], data["labels"], data["mixes"]
    steps, groups, per_epoch = len(pixels), recipe["groups"], recipe["stepsPerEpoch"]
    model = Network(recipe["classes"])
    model.load_state_dict(read(folder / "initial.safetensors"))
    optimizer = Optimizer(model, recipe["optimizer"])
    ema = {name: value.clone() for name, value in model.state_dict().items()}
    swa, models, rows = None, 0, []
    for step in range(steps):
        lr = rate_at(step // per_epoch, recipe["schedule"])
        for p in model.parameters():
            p.grad = torch.zeros_like(p)
        total = 0.0
        model.train()
        for group, (images, classes) in enumerate(zip(pixels[step].chunk(groups), labels[step].chunk(groups))):
            shares = None
            if recipe["mixes"]:
                images, shares = mix(images, classes, mixes[step][group].tolist(), recipe)
            loss = loss_of(model(normalise(images, recipe)), classes, shares, recipe) / groups
            loss.backward()
            total += loss.item()
        with torch.no_grad():
            optimizer.clip()
            optimizer.step(lr)
            decay = recipe["emaDecay"]
            if recipe["emaWarmup"]:
                decay = min(decay, 1 - optimizer.steps ** (-2 / 3))
            follow(ema, model, decay)
            rows.append([total, lr])
            done = step + 1
            if recipe["swaStart"] is not None and done % per_epoch == 0 and done // per_epoch >= recipe["swaStart"]:
                now = {name: value.clone() for name, value in model.state_dict().items()}
                swa = now if swa is None else {
                    name: value if "running_" in name or "num_batches" in name else swa[name] + (value - swa[name]) / (models + 1)
                    for name, value in now.items()}
                models += 1
            if done in recipe["kept"]:
                write(folder / f"model-{done}.safetensors", model.state_dict())
                write(folder / f"ema-{done}.safetensors", ema)
                if swa is not None:
                    count = -(-recipe["calibrationImages"] // pixels.shape[1])
                    write(folder / f"swa-{done}.safetensors", measured(swa, pixels[:min(count, per_epoch)], recipe))
    (folder / "losses.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
