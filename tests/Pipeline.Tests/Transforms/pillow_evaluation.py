"""Answers each request on standard input with the SHA-256 of timm's evaluation image (timm 0.9.12's steps, on Pillow).

A request is a line "width height mode size cropPct filter" and then the image, packed RGB.
"""
import hashlib
import math
import sys

from PIL import Image, ImageOps

MEAN = (0.485, 0.456, 0.406)


def short_side(image, size, resample):
    w, h = image.size
    short, long = min(w, h), max(w, h)
    other = int(size * long / short)
    return image.resize((size, other) if w <= h else (other, size), resample)


def keep_ratio(image, size, resample):
    w, h = image.size
    ratio = max(h / size, w / size)
    return image.resize((round(w / ratio), round(h / ratio)), resample)


def center_crop(image, size, fill=0):
    w, h = image.size
    if size > w or size > h:
        border = (max(0, size - w) // 2, max(0, size - h) // 2, (max(0, size - w) + 1) // 2, (max(0, size - h) + 1) // 2)
        image = ImageOps.expand(image, border, fill)
        w, h = image.size
    left, top = int(round((w - size) / 2.0)), int(round((h - size) / 2.0))
    return image.crop((left, top, left + size, top + size))


def evaluate(image, mode, size, crop_pct, resample):
    scale = math.floor(size / crop_pct)
    if mode == "Squash":
        return center_crop(image.resize((scale, scale), resample), size)
    if mode == "Border":
        return center_crop(keep_ratio(image, scale, resample), size, tuple(round(255 * v) for v in MEAN))
    return center_crop(short_side(image, scale, resample), size)


while line := sys.stdin.buffer.readline():
    words = line.decode().split()
    shape = int(words[0]), int(words[1])
    source = Image.frombytes("RGB", shape, sys.stdin.buffer.read(3 * shape[0] * shape[1]))
    result = evaluate(source, words[2], int(words[3]), float(words[4]), getattr(Image, words[5].upper()))
    print(hashlib.sha256(result.tobytes()).hexdigest(), flush=True)
