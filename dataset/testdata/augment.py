#!/usr/bin/env python3
"""Writes augment.json: what torchvision's operations make of two small images.

Debian's python3-torchvision 0.14: python3 augment.py > augment.json
"""
import json
import math

import torch
import torchvision.transforms.functional as F

BILINEAR = F.InterpolationMode.BILINEAR
HEIGHT, WIDTH = 7, 8


def image(channels):
    """A ramp with some texture, the same in augment_test.go."""
    pixels = [(31 * c + 9 * y * y + 23 * x + 5 * x * y) % 251 for c in range(channels) for y in range(HEIGHT) for x in range(WIDTH)]
    return torch.tensor(pixels, dtype=torch.uint8).reshape(channels, HEIGHT, WIDTH)


def affine(img, angle=0.0, translate=(0, 0), shear=(0.0, 0.0)):
    return F.affine(img, angle, list(translate), 1.0, list(shear), BILINEAR)


def shear(s):
    return math.degrees(math.atan(s))


OPERATIONS = {
    "identity": lambda img, s: img,
    "shear_x": lambda img, s: affine(img, shear=(shear(s), 0)),
    "shear_y": lambda img, s: affine(img, shear=(0, shear(s))),
    "translate_x": lambda img, s: affine(img, translate=(-round(s * WIDTH / 2), 0)),
    "translate_y": lambda img, s: affine(img, translate=(0, -round(s * HEIGHT / 2))),
    "rotate": lambda img, s: F.rotate(img, s, BILINEAR),
    "brightness": lambda img, s: F.adjust_brightness(img, 1 + s),
    "color": lambda img, s: F.adjust_saturation(img, 1 + s),
    "contrast": lambda img, s: F.adjust_contrast(img, 1 + s),
    "sharpness": lambda img, s: F.adjust_sharpness(img, 1 + s),
    "posterize": lambda img, s: F.posterize(img, 8 - int(s)),
    "solarize": lambda img, s: F.solarize(img, 255 - s),
    "autocontrast": lambda img, s: F.autocontrast(img // 2 + 40),
    "equalize": lambda img, s: F.equalize(img),
    "crop": lambda img, s: F.resized_crop(img, 1, 2, 4, 5, [HEIGHT, WIDTH], BILINEAR),
}
STRENGTHS = {
    "identity": [0], "shear_x": [0.5, -0.99], "shear_y": [0.5, -0.99], "translate_x": [0.5, -1], "translate_y": [1 / 3.5, -1 / 3.5],
    "rotate": [30, -90, 135], "posterize": [1, 6], "solarize": [0, 128, 255], "autocontrast": [0], "equalize": [0], "crop": [0],
}

if __name__ == "__main__":
    lines = []
    for name, operation in OPERATIONS.items():
        for strength in STRENGTHS.get(name, [0.5, -0.99]):
            for channels in (1, 3):
                pixels = operation(image(channels), strength).flatten().tolist()
                lines.append(json.dumps({"operation": name, "strength": strength, "channels": channels, "pixels": pixels}))
    print("[\n" + ",\n".join(lines) + "\n]")
