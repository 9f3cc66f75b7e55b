"""The peer of `perf -- models`: the same networks in Debian's PyTorch and torchvision, in one process, on one thread.

usage: torch_models.py NAME BATCH SIDE forward|train
Reads lines with a number of passes from standard input; for each, runs that many (forward in evaluation mode without gradients, or
forward, cross-entropy and backward in training mode) in fp32 with channels-last memory, and prints the seconds of processor time that
they took.
"""
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
import torchvision


def main():
    name, batch, side, mode = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = getattr(torchvision.models, name)().to(memory_format=torch.channels_last)
    images = torch.rand(batch, 3, side, side).to(memory_format=torch.channels_last)
    labels = torch.randint(1000, (batch,))
    model.train(mode == "train")
    for line in sys.stdin:
        start = time.process_time()
        for _ in range(int(line)):
            if mode == "train":
                model.zero_grad()
                torch.nn.functional.cross_entropy(model(images), labels).backward()
            else:
                with torch.no_grad():
                    model(images)
        print(time.process_time() - start, flush=True)


if __name__ == "__main__":
    main()
