"""timm's operations on Pillow images (its auto_augment.py), for the peers; an operation is a name, an argument and a filter."""
from PIL import Image, ImageEnhance, ImageOps

FILL = (124, 116, 104)


def affine(image, matrix, resample):
    return image.transform(image.size, Image.AFFINE, matrix, resample=resample, fillcolor=FILL)


def solarize_add(image, add):
    table = [min(255, i + add) if i < 128 else i for i in range(256)]
    return image.point(table * 3)


def posterize(image, bits):
    return image if bits >= 8 else ImageOps.posterize(image, bits)


OPS = {
    "AutoContrast": lambda i, a, f: ImageOps.autocontrast(i),
    "Equalize": lambda i, a, f: ImageOps.equalize(i),
    "Invert": lambda i, a, f: ImageOps.invert(i),
    "Rotate": lambda i, a, f: i.rotate(a, resample=f, fillcolor=FILL),
    "Posterize": lambda i, a, f: posterize(i, int(a)),
    "PosterizeIncreasing": lambda i, a, f: posterize(i, int(a)),
    "PosterizeOriginal": lambda i, a, f: posterize(i, int(a)),
    "Solarize": lambda i, a, f: ImageOps.solarize(i, int(a)),
    "SolarizeIncreasing": lambda i, a, f: ImageOps.solarize(i, int(a)),
    "SolarizeAdd": lambda i, a, f: solarize_add(i, int(a)),
    "Color": lambda i, a, f: ImageEnhance.Color(i).enhance(a),
    "ColorIncreasing": lambda i, a, f: ImageEnhance.Color(i).enhance(a),
    "Contrast": lambda i, a, f: ImageEnhance.Contrast(i).enhance(a),
    "ContrastIncreasing": lambda i, a, f: ImageEnhance.Contrast(i).enhance(a),
    "Brightness": lambda i, a, f: ImageEnhance.Brightness(i).enhance(a),
    "BrightnessIncreasing": lambda i, a, f: ImageEnhance.Brightness(i).enhance(a),
    "Sharpness": lambda i, a, f: ImageEnhance.Sharpness(i).enhance(a),
    "SharpnessIncreasing": lambda i, a, f: ImageEnhance.Sharpness(i).enhance(a),
    "ShearX": lambda i, a, f: affine(i, (1, a, 0, 0, 1, 0), f),
    "ShearY": lambda i, a, f: affine(i, (1, 0, 0, a, 1, 0), f),
    "TranslateX": lambda i, a, f: affine(i, (1, 0, a, 0, 1, 0), f),
    "TranslateY": lambda i, a, f: affine(i, (1, 0, 0, 0, 1, a), f),
    "TranslateXRel": lambda i, a, f: affine(i, (1, 0, a * i.size[0], 0, 1, 0), f),
    "TranslateYRel": lambda i, a, f: affine(i, (1, 0, 0, 0, 1, a * i.size[1]), f),
}
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}


def parse(words):
    """Operations from words: a name, an argument, a filter, and so on."""
    return [(OPS[words[i]], float(words[i + 1]), FILTERS[words[i + 2]]) for i in range(0, len(words), 3)]


def apply(image, operations):
    for operation, argument, resample in operations:
        image = operation(image, argument, resample)
    return image
