"""timm's way to feed a trainer, for `perf -- dataloader`: Pillow in the workers of a torch DataLoader, batches of uint8, wall time.

usage: dataloader.py map|web TAR SIZE BATCH WORKERS IMAGES
map: a map-style data set over the tar (files read at their offsets), shuffled. web: WebDataset's way, each worker streams its part of the
tar from the start and draws from a shuffle buffer. Each line on standard input runs one epoch of IMAGES images with the same workers, which stay
between epochs, and is answered with its seconds of wall time.
"""
import io
import random
import sys
import tarfile
import time

import numpy
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info

import timm_transform

BUFFER = 100


def pixels(data, size):
    return numpy.asarray(timm_transform.train(Image.open(io.BytesIO(data)).convert("RGB"), size))


def collate(batch):
    """timm's fast_collate: one uint8 tensor [n, 3, height, width]."""
    tensor = torch.zeros((len(batch), 3, *batch[0].shape[:2]), dtype=torch.uint8)
    for i, image in enumerate(batch):
        tensor[i] += torch.from_numpy(numpy.rollaxis(image, 2).copy())
    return tensor


class Files(Dataset):
    def __init__(self, path, size, length):
        self.path, self.size, self.file, self.length = path, size, None, length
        with tarfile.open(path) as tar:
            self.places = [(m.offset_data, m.size) for m in tar if m.isfile()]

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        self.file = self.file or open(self.path, "rb")
        offset, length = self.places[index % len(self.places)]
        self.file.seek(offset)
        return pixels(self.file.read(length), self.size)


class Stream(IterableDataset):
    def __init__(self, path, size, length):
        self.path, self.size, self.length = path, size, length

    def members(self, worker):
        while True:
            with tarfile.open(self.path, "r|") as tar:
                for i, member in enumerate(m for m in tar if m.isfile()):
                    if i % worker.num_workers == worker.id:
                        yield tar.extractfile(member).read()

    def __iter__(self):
        worker, buffer = get_worker_info(), []
        source = self.members(worker)
        for _ in range(self.length // worker.num_workers):
            while len(buffer) < BUFFER:
                buffer.append(next(source))
            yield pixels(buffer.pop(random.randrange(len(buffer))), self.size)


def main():
    kind, path, size, batch, workers, images = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7])
    torch.set_num_threads(1)
    data = (Files if kind == "map" else Stream)(path, size, images)
    loader = DataLoader(
        data, batch, shuffle=kind == "map", num_workers=workers, collate_fn=collate, drop_last=True, persistent_workers=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        seen = sum(len(part) for part in loader)
        print((time.perf_counter() - start) * images / seen, flush=True)


if __name__ == "__main__":
    main()
