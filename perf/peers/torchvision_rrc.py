"""torchvision's random resized crop and flip on Pillow images, for crops that the case gives: the same work on the same images.

Arguments and lines as in pillow_a2.py: a tar of images, a file with a line a sample (operations in it are left out), the size. "rrc N": the next N
samples, answered with the processor time in seconds; "hash rrc" is answered with the SHA-256 of all samples' pixels.
"""
import hashlib
import io
import sys
import tarfile
import time

import torch
from PIL import Image
from torchvision.transforms import InterpolationMode, functional

MODES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}


def rrc(sample, size):
    data, top, left, height, width, mode, flip = sample
    image = Image.open(io.BytesIO(data)).convert("RGB")
    image = functional.resized_crop(image, top, left, height, width, size, mode)
    return functional.hflip(image) if flip else image


def parse(line, files):
    words = line.split()
    left, top, width, height = map(int, words[1:5])
    return files[int(words[0])], top, left, height, width, MODES[words[5]], words[6] == "1"


def main():
    torch.set_num_threads(1)
    path, plan, size = sys.argv[1], sys.argv[2], [int(sys.argv[3]), int(sys.argv[3])]
    with tarfile.open(path) as tar:
        files = [tar.extractfile(member).read() for member in tar if member.isfile()]
    samples = [parse(line, files) for line in open(plan)]
    at = 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "hash":
            sha = hashlib.sha256()
            for sample in samples:
                sha.update(rrc(sample, size).tobytes())
            print(sha.hexdigest(), flush=True)
            continue
        start = time.process_time()
        for _ in range(int(words[1])):
            rrc(samples[at], size)
            at = (at + 1) % len(samples)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
