"""Answers each request on standard input with the SHA-256 of Pillow's result.

A request is a line "width height targetWidth targetHeight filter left top right bottom" and then the image, packed RGB.
"""
import hashlib
import sys

from PIL import Image

while line := sys.stdin.buffer.readline():
    words = line.decode().split()
    size, target = (int(words[0]), int(words[1])), (int(words[2]), int(words[3]))
    image = Image.frombytes("RGB", size, sys.stdin.buffer.read(3 * size[0] * size[1]))
    result = image.resize(target, getattr(Image, words[4].upper()), tuple(float(word) for word in words[5:]))
    print(hashlib.sha256(result.tobytes()).hexdigest(), flush=True)
