"""timm's training transform with Pillow, drawing for itself: random resized crop with a random filter, flip, RandAugment (rand-m7-mstd0.5-inc1)."""
import math
import random

from PIL import Image

import timm_ops

MAGNITUDE, DEVIATION, MOST, PROBABILITY, DRAWS = 7, 0.5, 10, 0.5, 2
OPERATIONS = [
    "AutoContrast", "Equalize", "Invert", "Rotate", "PosterizeIncreasing", "SolarizeIncreasing", "SolarizeAdd", "ColorIncreasing",
    "ContrastIncreasing", "BrightnessIncreasing", "SharpnessIncreasing", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel"]


def signed(value):
    return value if random.random() < 0.5 else -value


def argument_of(name, level):
    """timm's level_to_arg of the increasing series."""
    share = level / MOST
    if name == "Rotate":
        return signed(share * 30)
    if name.startswith("Shear"):
        return signed(share * 0.3)
    if name.startswith("Translate"):
        return signed(share * 0.45)
    if name == "PosterizeIncreasing":
        return 4 - int(share * 4)
    if name == "SolarizeIncreasing":
        return 256 - min(256, int(share * 256))
    if name == "SolarizeAdd":
        return min(128, int(share * 110))
    if name.endswith("Increasing"):
        return max(0.1, 1 + signed(share * 0.9))
    return 0


def rand_augment(image):
    for name in random.choices(OPERATIONS, k=DRAWS):
        if random.random() > PROBABILITY:
            continue
        level = max(0.0, min(MOST, random.gauss(MAGNITUDE, DEVIATION)))
        resample = random.choice((Image.BILINEAR, Image.BICUBIC))
        image = timm_ops.OPS[name](image, argument_of(name, level), resample)
    return image


def box_of(width, height):
    """timm's RandomResizedCropAndInterpolation.get_params."""
    area = width * height
    for _ in range(10):
        target = random.uniform(0.08, 1.0) * area
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w, h = int(round(math.sqrt(target * ratio))), int(round(math.sqrt(target / ratio)))
        if w <= width and h <= height:
            return random.randint(0, width - w), random.randint(0, height - h), w, h
    ratio = width / height
    if ratio < 3 / 4:
        w, h = width, int(round(width / (3 / 4)))
    elif ratio > 4 / 3:
        w, h = int(round(height * (4 / 3))), height
    else:
        w, h = width, height
    return (width - w) // 2, (height - h) // 2, w, h


def train(image, size):
    left, top, w, h = box_of(*image.size)
    image = image.crop((left, top, left + w, top + h)).resize((size, size), random.choice((Image.BILINEAR, Image.BICUBIC)))
    if random.random() < 0.5:
        image = image.transpose(Image.FLIP_LEFT_RIGHT)
    return rand_augment(image)
