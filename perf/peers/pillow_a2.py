"""A2's transform with Pillow, as timm does it, for crops and draws that the case gives: the same work on the same images.

Arguments: a tar of images; a file with a line a sample: index of the image in the tar, left, top, width, height of the crop, the
filter, whether it is flipped (0, 1), then operations (name, argument, filter, and so on); the size. All files are read into memory first.
Lines on standard input: "full N", "rrc N", "bare N": the next N samples, answered with the processor time in seconds. full is decode,
crop, resize, flip, operations; rrc the same without operations; bare only Image.open(...).convert("RGB").resize(size, box=...).
"hash full" and "hash rrc" are answered with the SHA-256 of all samples' pixels.
(bare's pixels are others at a crop's edges: with a box, Pillow's filters see what lies beside it, which timm's crop cuts off first.)
"""
import hashlib
import io
import sys
import tarfile
import time

from PIL import Image

import timm_ops


class Sample:
    def __init__(self, line, files):
        words = line.split()
        self.data = files[int(words[0])]
        left, top, width, height = map(int, words[1:5])
        self.box = (left, top, left + width, top + height)
        self.resample = timm_ops.FILTERS[words[5]]
        self.flip = words[6] == "1"
        self.operations = timm_ops.parse(words[7:])


def rrc(sample, size):
    image = Image.open(io.BytesIO(sample.data)).convert("RGB")
    image = image.crop(sample.box).resize(size, sample.resample)
    return image.transpose(Image.FLIP_LEFT_RIGHT) if sample.flip else image


def full(sample, size):
    return timm_ops.apply(rrc(sample, size), sample.operations)


def bare(sample, size):
    return Image.open(io.BytesIO(sample.data)).convert("RGB").resize(size, sample.resample, box=sample.box)


WORK = {"full": full, "rrc": rrc, "bare": bare}


def main():
    path, plan, size = sys.argv[1], sys.argv[2], (int(sys.argv[3]), int(sys.argv[3]))
    with tarfile.open(path) as tar:
        files = [tar.extractfile(member).read() for member in tar if member.isfile()]
    samples = [Sample(line, files) for line in open(plan)]
    at = 0
    for line in sys.stdin:
        words = line.split()
        if words[0] == "hash":
            sha = hashlib.sha256()
            for sample in samples:
                sha.update(WORK[words[1]](sample, size).tobytes())
            print(sha.hexdigest(), flush=True)
            continue
        work = WORK[words[0]]
        start = time.process_time()
        for _ in range(int(words[1])):
            work(samples[at], size)
            at = (at + 1) % len(samples)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
