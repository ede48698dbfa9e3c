"""Training steps of DRAEM with the SevNet head (single scale) in PyTorch, without end: a line of JSON a step.

The same layers, losses and optimiser as bench/draem_sevnet.draem: l2 + 2 ssim + focal + smooth_l1, Adam, no dropout.
float32 or bf16 autocast, in channels_last, PyTorch's fastest layout on a CPU. Needs torch alone.
"""

import argparse
import itertools
import json
import time

import torch
from torch import nn
from torch.nn import functional as F


def unit(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU())


def double(inputs, middle, outputs):
    return nn.Sequential(unit(inputs, middle), unit(middle, outputs))


def up(inputs, outputs):
    return nn.Sequential(nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), unit(inputs, outputs))


class Reconstructive(nn.Module):
    def __init__(self, w):
        super().__init__()
        widths = [3, w, 2 * w, 4 * w, 8 * w, 8 * w]
        self.encoder = nn.ModuleList(double(a, b, b) for a, b in zip(widths, widths[1:]))
        stages = [(8 * w, 4 * w), (4 * w, 2 * w), (2 * w, w), (w, w)]
        self.decoder = nn.Sequential(*(nn.Sequential(up(a, a), double(a, a, b)) for a, b in stages))
        self.output = nn.Conv2d(w, 3, 3, padding=1)

    def forward(self, x):
        for level, block in enumerate(self.encoder):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
        return self.output(self.decoder(x))


class Discriminative(nn.Module):
    def __init__(self, d):
        super().__init__()
        widths = [6, d, 2 * d, 4 * d, 8 * d, 8 * d, 8 * d]
        self.encoder = nn.ModuleList(double(a, b, b) for a, b in zip(widths, widths[1:]))
        skips = [8 * d, 8 * d, 4 * d, 2 * d, d]
        outputs = [8 * d, 4 * d, 2 * d, d, d]
        below = [8 * d, *outputs]
        self.up = nn.ModuleList(up(a, b) for a, b in zip(below, outputs))
        self.block = nn.ModuleList(double(a + skip, a, a) for a, skip in zip(outputs, skips))
        self.output = nn.Conv2d(d, 2, 3, padding=1)

    def forward(self, x):
        features = []
        for level, block in enumerate(self.encoder):
            x = block(x if level == 0 else F.max_pool2d(x, 2))
            features.append(x)
        for upsample, block, skip in zip(self.up, self.block, reversed(features[:-1])):
            x = block(torch.cat([upsample(x), skip], 1))
        return self.output(x), features[-1]


class Model(nn.Module):
    def __init__(self, reconstructive, discriminative):
        super().__init__()
        self.recon = Reconstructive(reconstructive)
        self.seg = Discriminative(discriminative)
        self.severity = nn.Sequential(
            nn.Linear(8 * discriminative, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 1), nn.Sigmoid()
        )

    def forward(self, image):
        recon = self.recon(image)
        logits, deepest = self.seg(torch.cat([image, recon], 1))
        return recon, logits, 2 * self.severity(deepest.mean((2, 3)))[:, 0]


def ssim_loss(a, b, line):
    channels = a.shape[1]
    rows = line.view(1, 1, -1, 1).expand(channels, 1, -1, 1)
    columns = line.view(1, 1, 1, -1).expand(channels, 1, 1, -1)
    half = line.numel() // 2

    def blur(x):
        x = F.pad(x, (half, half, half, half), mode="reflect")
        return F.conv2d(F.conv2d(x, rows, groups=channels), columns, groups=channels)

    mean_a, mean_b = blur(a), blur(b)
    product, square_a, square_b = mean_a * mean_b, mean_a**2, mean_b**2
    covariance = blur(a * b) - product
    variance_a, variance_b = blur(a * a) - square_a, blur(b * b) - square_b
    above = (2 * product + 1e-4) * (2 * covariance + 9e-4)
    below = (square_a + square_b + 1e-4) * (variance_a + variance_b + 9e-4)
    return ((1 - above / below) / 2).clamp(0, 1).mean()


def focal_loss(logits, mask):
    log_right = F.log_softmax(logits, 1).gather(1, mask)
    return -((1 - log_right.exp()) ** 2 * log_right).mean()


def loop(widths, batch, side, precision):
    """Steps without end; a line a step with the clock and the images so far."""
    torch.manual_seed(0)
    model = Model(*widths).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    image, clean = (torch.rand(batch, 3, side, side).to(memory_format=torch.channels_last) for _ in range(2))
    mask = (torch.rand(batch, 1, side, side) < 0.1).long()
    severity = 2 * torch.rand(batch)
    line = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
    line = line / line.sum()

    for count in itertools.count(1):
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=precision == "bf16"):
            recon, logits, predicted = model(image)
        recon, logits, predicted = recon.float(), logits.float(), predicted.float()
        loss = F.mse_loss(recon, clean) + 2 * ssim_loss(recon, clean, line)
        loss = loss + focal_loss(logits, mask) + F.smooth_l1_loss(predicted, severity)
        loss.backward()
        optimizer.step()
        loss.item()
        print(json.dumps({"milliseconds": 1000 * time.monotonic(), "images": count * batch}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=128)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--widths", default="32,16", help="of the reconstructive and the discriminative network")
    parser.add_argument("--precision", choices=["float32", "bf16"], default="float32")
    arguments = parser.parse_args()
    widths = [int(width) for width in arguments.widths.split(",")]
    loop(widths, arguments.batch, arguments.side, arguments.precision)


if __name__ == "__main__":
    main()
