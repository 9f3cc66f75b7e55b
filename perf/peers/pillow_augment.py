"""timm's operations on Pillow images, the same that the case `augment` applies.

Arguments: a file of raw RGB images, their side, a file with a line of operations an image (name, argument, filter, and so on).
Lines on standard input: "N": the operations of the next N images; "op N NAME ARGUMENT FILTER": one operation on N images; both are
answered with the processor time in seconds. "hash" is answered with the SHA-256 of all images' pixels after their operations.
"""
import hashlib
import sys
import time

from PIL import Image

import timm_ops


def main():
    path, side, plan = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    size = 3 * side * side
    data = open(path, "rb").read()
    images = [Image.frombytes("RGB", (side, side), data[at:at + size]) for at in range(0, len(data), size)]
    plans = [timm_ops.parse(line.split()) for line in open(plan)]
    at = 0
    for line in sys.stdin:
        words = line.split()
        if words == ["hash"]:
            sha = hashlib.sha256()
            for i, operations in enumerate(plans):
                sha.update(timm_ops.apply(images[i % len(images)], operations).tobytes())
            print(sha.hexdigest(), flush=True)
            continue
        one = timm_ops.parse(words[2:]) if words[0] == "op" else None
        start = time.process_time()
        for _ in range(int(words[1] if one else words[0])):
            timm_ops.apply(images[at % len(images)], one or plans[at])
            at = (at + 1) % len(plans)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
