"""The peer of `perf -- pipeline`: what timm's loader does to one image, with Pillow, in one process.

usage: pillow_rrc.py TAR SIZE
Reads lines with a number of images from standard input; for each, decodes that many images of the tar, takes a random
resized crop (scale 0.08-1, ratio 3/4-4/3, bilinear or bicubic by a coin), flips half of them, and prints the seconds of
processor time (user and system) that it took. Nothing is made a tensor: the pixels end as bytes.
"""
import io
import math
import random
import sys
import tarfile
import time

from PIL import Image


def box_of(width, height):
    """timm's RandomResizedCropAndInterpolation.get_params."""
    area = width * height
    for _ in range(10):
        target = random.uniform(0.08, 1.0) * area
        ratio = math.exp(random.uniform(math.log(3 / 4), math.log(4 / 3)))
        w = int(round(math.sqrt(target * ratio)))
        h = int(round(math.sqrt(target / ratio)))
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


def main():
    path, size = sys.argv[1], int(sys.argv[2])
    with tarfile.open(path) as tar:
        places = [(m.offset_data, m.size) for m in tar if m.isfile()]
    random.seed(0)
    at = 0
    with open(path, "rb") as file:
        for line in sys.stdin:
            start = time.process_time()
            for _ in range(int(line)):
                offset, length = places[at % len(places)]
                at += 1
                file.seek(offset)
                image = Image.open(io.BytesIO(file.read(length))).convert("RGB")
                left, top, w, h = box_of(*image.size)
                image = image.crop((left, top, left + w, top + h))
                image = image.resize((size, size), random.choice((Image.BILINEAR, Image.BICUBIC)))
                if random.random() < 0.5:
                    image = image.transpose(Image.FLIP_LEFT_RIGHT)
                image.tobytes()
            print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
