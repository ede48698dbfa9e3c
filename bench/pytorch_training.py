"""Trains the model of pytorch_step.py on batches from stdin, and prints a line of JSON with the loss terms of each step.

A batch is image and clean [N,H,W,3], fault mask [N,H,W,1] and severity [N], all float32, one after the other: the very batches that
draemc trains on. Weights are initialised as PyTorch does by default, those of the severity head as bench/draem_sevnet.draem says
(xavier uniform, biases zero). float32, channels_last. Needs torch alone.
"""

import argparse
import json
import sys

import torch
from pytorch_step import Model, focal_loss, ssim_loss
from torch import nn
from torch.nn import functional as F


def read(count):
    data = bytearray(4 * count)
    view = memoryview(data)
    while view:
        got = sys.stdin.buffer.readinto(view)
        if not got:
            return None
        view = view[got:]
    return torch.frombuffer(data, dtype=torch.float32)


def read_batch(batch, side):
    pixels = batch * side * side
    image = read(3 * pixels)
    if image is None:
        return None
    clean, mask, severity = read(3 * pixels), read(pixels), read(batch)
    # A permuted NHWC tensor is one in channels_last.
    maps = (tensor.view(batch, side, side, -1).permute(0, 3, 1, 2) for tensor in (image, clean, mask))
    return *maps, severity


def initialised(widths):
    model = Model(*widths)
    for layer in model.severity:
        if isinstance(layer, nn.Linear):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model.to(memory_format=torch.channels_last)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--side", type=int, required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--widths", required=True, help="of the reconstructive and the discriminative network")
    parser.add_argument("--lr", type=float, required=True)
    arguments = parser.parse_args()
    # draemc's step of the same batch runs beside this one.
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    model = initialised([int(width) for width in arguments.widths.split(",")])
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.lr)
    line = torch.exp(-((torch.arange(11.0) - 5) ** 2) / (2 * 1.5**2))
    line = line / line.sum()

    while (batch := read_batch(arguments.batch, arguments.side)) is not None:
        image, clean, mask, severity = batch
        optimizer.zero_grad(set_to_none=True)
        recon, logits, predicted = model(image)
        reconstruction = F.mse_loss(recon, clean) + 2 * ssim_loss(recon, clean, line)
        segmentation = focal_loss(logits, mask.long())
        regression = F.smooth_l1_loss(predicted, severity)
        total = reconstruction + segmentation + regression
        total.backward()
        optimizer.step()
        terms = {"reconstruction": reconstruction, "segmentation": segmentation, "regression": regression, "total": total}
        print(json.dumps({name: term.item() for name, term in terms.items()}), flush=True)


if __name__ == "__main__":
    main()
