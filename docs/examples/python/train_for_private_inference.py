#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Copyright The Pascaline authors
"""Activations for private inference in a PyTorch training loop, and their export to ONNX.

Needs torch, torchvision and onnx. `Cosines` and `Quartic` are modules like any other: put one in the place
of each ReLU and train as usual. Average pooling and strides cost private inference nothing; maxima do.

    python3 train_for_private_inference.py --data fashion --epochs 10 --output model.onnx

The main programme trains a small network on Fashion-MNIST. For your own network take the two modules,
`range_penalty` (with `Quartic` only) and `export`.
"""

import argparse
import math


# The trainer's `trig3`: half the identity, and cosines of period 16, as multiples of 2^-10.
PERIOD = 16.0
CONSTANT = 2061 / 1024
COSINES = (-1682 / 1024, 11 / 1024, -180 / 1024)

# The published approximation of ReLU on [-5, 5], by ascending powers (USENIX Security 2024).
QUARTIC = (322 / 1024, 0.5, 160 / 1024, 0.0, -3 / 1024)
QUARTIC_RANGE = 5.0


def cosines(x, cos):
    """A line and cosines. `cos` is torch.cos or numpy.cos."""
    y = 0.5 * x + CONSTANT
    for k, amplitude in enumerate(COSINES, start=1):
        y = y + amplitude * cos((2 * math.pi * k / PERIOD) * x)
    return y


def quartic(x):
    """A polynomial of degree 4, by Horner's rule without powers."""
    y = QUARTIC[4] * x + QUARTIC[3]
    for coefficient in QUARTIC[2::-1]:
        y = y * x + coefficient
    return y


def modules(torch):
    """The activations as modules, made here so that this file can be read without torch."""

    class Cosines(torch.nn.Module):
        """Repeats around a line outside [-8, 8]: no input is too large, no penalty is needed."""

        def forward(self, x):
            return cosines(x, torch.cos)

    class Quartic(torch.nn.Module):
        """Grows like x^4 outside [-5, 5]: add `range_penalty` to the loss."""

        def forward(self, x):
            self.last_input = x
            return quartic(x)

    return Cosines, Quartic


def range_penalty(model, weight=5.0, bound=0.96 * QUARTIC_RANGE, exponent=10):
    """The term that keeps the inputs of every Quartic in its range; call it after the forward pass."""
    inputs = [m.last_input for m in model.modules() if hasattr(m, "last_input")]
    return weight * sum(((x / bound) ** exponent).mean() for x in inputs)


def network(torch, activation, classes):
    """Four convolutions with strides in the place of pools, for 28x28 grey images."""
    nn = torch.nn

    def block(inputs, outputs, kernel, stride):
        return [
            nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 1, bias=False),
            nn.BatchNorm2d(outputs),
            activation(),
        ]

    layers = block(1, 24, 4, 2) + block(24, 96, 4, 2) + block(96, 96, 3, 1) + block(96, 96, 3, 1)
    return nn.Sequential(*layers, nn.AvgPool2d(7), nn.Flatten(), nn.Linear(96, classes))


def export(torch, model, shape, path, mean, std, labels):
    """Writes the model as ONNX, with what turns pixels into its inputs and the names of its classes.

    BatchNorm is folded by the importer; the cosines become Mul, Cos and Add, which it recognises.
    """
    import onnx

    model.eval()
    example = torch.zeros(1, *shape)
    # The exporter based on TorchScript writes plain operators; folding keeps constants in place.
    torch.onnx.export(
        model, example, path, opset_version=17, input_names=["input"], output_names=["logits"],
        dynamic_axes={"input": {0: "batch"}, "logits": {0: "batch"}}, dynamo=False)
    file = onnx.load(path)
    onnx.helper.set_model_props(file, {
        "pascaline.input.mean": ",".join(f"{m:.4f}" for m in mean),
        "pascaline.input.std": ",".join(f"{s:.4f}" for s in std),
        "pascaline.labels": ",".join(labels),
    })
    onnx.save(file, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default="fashion", help="folder for the data set")
    parser.add_argument("--activation", choices=["cosines", "quartic"], default="cosines")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="model.onnx")
    arguments = parser.parse_args()

    import torch
    import torchvision
    from torchvision.transforms import v2

    torch.manual_seed(arguments.seed)
    mean, std = 0.2860, 0.3530
    to_input = [v2.ToImage(), v2.ToDtype(torch.float32, scale=True), v2.Normalize([mean], [std])]
    varied = v2.Compose([v2.RandomCrop(28, padding=1), v2.RandomHorizontalFlip(), *to_input])
    sets = torchvision.datasets.FashionMNIST
    training = sets(arguments.data, train=True, download=True, transform=varied)
    test = sets(arguments.data, train=False, download=True, transform=v2.Compose(to_input))
    batches = torch.utils.data.DataLoader(training, 256, shuffle=True, drop_last=True)

    cosine_module, quartic_module = modules(torch)
    activation = cosine_module if arguments.activation == "cosines" else quartic_module
    model = network(torch, activation, len(training.classes))
    optimiser = torch.optim.SGD(
        model.parameters(), lr=0.25, momentum=0.9, nesterov=True, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, 0.25, total_steps=arguments.epochs * len(batches), pct_start=0.23,
        anneal_strategy="linear", cycle_momentum=False)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    for epoch in range(arguments.epochs):
        model.train()
        for images, classes in batches:
            loss = loss_of(model(images), classes)
            if arguments.activation == "quartic":
                loss = loss + range_penalty(model)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
        model.eval()
        with torch.no_grad():
            right = sum(
                (model(images).argmax(1) == classes).sum().item()
                for images, classes in torch.utils.data.DataLoader(test, 500))
        print(f"epoch {epoch + 1}: {100 * right / len(test):.2f} % of the test images")
    export(torch, model, (1, 28, 28), arguments.output, [mean], [std], training.classes)
    print(f"wrote {arguments.output}")


if __name__ == "__main__":
    main()
