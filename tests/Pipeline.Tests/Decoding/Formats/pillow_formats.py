"""Images of many formats and modes, and what Pillow's convert('RGB') makes of each.

usage: pillow_formats.py FOLDER
Writes files into the folder and prints one line each: name, width, height, SHA-256 of the packed RGB pixels; or name, "-", "-",
"error" where Pillow refuses to decode it.
"""
import hashlib
import io
import random
import struct
import sys
import zlib
from pathlib import Path

from PIL import Image, ImageCms

FOLDER = Path(sys.argv[1])
W, H = 61, 43
RANDOM = random.Random(1)


def noise(mode, size=(W, H)):
    bands = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, RANDOM.randbytes(size[0] * size[1] * bands))


def smooth(mode="RGB", size=(W, H)):
    gradient = Image.merge("RGB", [Image.linear_gradient("L").resize(size), Image.radial_gradient("L").resize(size), Image.new("L", size, 90)])
    return gradient.convert(mode)


def emit(name, data):
    (FOLDER / name).write_bytes(data)
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
        print(name, image.width, image.height, hashlib.sha256(image.tobytes()).hexdigest())
    except Exception as error:
        print(name, "-", "-", "error", type(error).__name__, str(error).replace("\n", " "), file=sys.stderr)
        print(name, "-", "-", "error")


def save(name, image, format, **options):
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    emit(name, buffer.getvalue())
    return buffer.getvalue()


def png(name, width, height, bits, color, rows, extra=b"", interlace=0):
    """A PNG of raw rows, for what Pillow cannot write."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    data = b"".join(b"\0" + row for row in rows)
    emit(name, b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlace)) + extra
         + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b""))
    return chunk


def pngs():
    for mode in ("1", "L", "LA", "RGB", "RGBA"):
        image = noise("L").convert("1") if mode == "1" else noise(mode)
        save(f"png-{mode.lower()}.png", image, "PNG")
    palette = noise("RGB").quantize(200)
    save("png-palette.png", palette, "PNG")
    save("png-palette-alpha.png", palette, "PNG", transparency=bytes(RANDOM.randbytes(200)))
    save("png-palette-key.png", palette, "PNG", transparency=3)
    for colors in (2, 4, 16):
        save(f"png-palette-{colors}.png", noise("RGB").quantize(colors), "PNG")
    save("png-rgb-key.png", noise("RGB"), "PNG", transparency=(1, 2, 3))
    save("png-l-key.png", noise("L"), "PNG", transparency=7)
    for color, bands, name in ((0, 1, "l"), (2, 3, "rgb"), (4, 2, "la"), (6, 4, "rgba")):
        png(f"png-{name}-16.png", W, H, 16, color, [RANDOM.randbytes(2 * bands * W) for _ in range(H)])
    dark = [b"".join(struct.pack(">H", RANDOM.randrange(400)) for _ in range(W)) for _ in range(H)]
    png("png-l-16-dark.png", W, H, 16, 0, dark)
    for bits in (2, 4):
        png(f"png-l-{bits}.png", W, H, bits, 0, [RANDOM.randbytes((W * bits + 7) // 8) for _ in range(H)])
    chunk = png("png-1x1.png", 1, 1, 8, 2, [b"abc"])
    png("png-gamma.png", W, H, 8, 2, [RANDOM.randbytes(3 * W) for _ in range(H)], chunk(b"gAMA", struct.pack(">I", 100000)))
    save("png-frames.png", noise("RGB"), "PNG", save_all=True, append_images=[noise("RGB")])
    save("png-icc.png", noise("RGB"), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    save("png-icc-lab.png", noise("RGB"), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes())


def jpegs():
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    save("jpeg-icc.jpg", smooth(), "JPEG", icc_profile=icc)
    save("jpeg-progressive.jpg", smooth(), "JPEG", progressive=True, quality=90)
    save("jpeg-progressive-grey.jpg", smooth("L"), "JPEG", progressive=True)
    save("jpeg-mpo.jpg", smooth(), "MPO", save_all=True, append_images=[noise("RGB")])
    cmyk = save("jpeg-cmyk.jpg", noise("CMYK"), "JPEG", quality=90)
    # Pillow writes transform 0 (CMYK); 2 says that the first three planes are YCC.
    adobe = cmyk.index(b"Adobe")
    emit("jpeg-ycck.jpg", cmyk[:adobe + 11] + b"\2" + cmyk[adobe + 12:])
    emit("jpeg-cmyk-plain.jpg", cmyk[:adobe - 4] + cmyk[adobe + 12:])
    save("jpeg-cmyk-icc.jpg", noise("CMYK"), "JPEG", icc_profile=icc)
    save("jpeg-grey-icc.jpg", smooth("L"), "JPEG", icc_profile=icc)


def gifs():
    first = noise("RGB").quantize(64)
    save("gif.gif", first, "GIF")
    save("gif-interlaced.gif", first, "GIF", interlace=1)
    save("gif-key.gif", first, "GIF", transparency=5)
    for key in (None, 5):
        # A frame that does not cover the image.
        buffer = io.BytesIO()
        noise("RGB", (20, 12)).quantize(16).save(buffer, "GIF", optimize=False, **({} if key is None else {"transparency": key}))
        small = bytearray(buffer.getvalue())
        frame = small.index(b"\x2c\0\0\0\0")
        small[6], small[8], small[frame + 1], small[frame + 3] = 31, 19, 7, 4
        emit(f"gif-small-frame-{key}.gif", bytes(small))
    save("gif-rgba.gif", noise("RGBA"), "GIF")
    save("gif-frames.gif", first, "GIF", save_all=True, append_images=[noise("RGB").quantize(64)])
    save("gif-grey.gif", noise("L"), "GIF")
    save("gif-2.gif", noise("L").convert("1"), "GIF")


def webps():
    for mode in ("RGB", "RGBA"):
        image = smooth().convert(mode)
        if mode == "RGBA":
            image.putalpha(Image.linear_gradient("L").resize((W, H)))
        save(f"webp-{mode.lower()}.webp", image, "WEBP", quality=70)
        save(f"webp-{mode.lower()}-lossless.webp", image, "WEBP", lossless=True, exact=True)
    for quality in (1, 30, 95):
        save(f"webp-{quality}.webp", smooth(size=(200, 131)), "WEBP", quality=quality)
    alpha = noise("RGBA")
    save("webp-noise-alpha.webp", alpha, "WEBP", quality=60)
    save("webp-frames.webp", alpha, "WEBP", save_all=True, append_images=[noise("RGBA")], duration=100)
    save("webp-noise.webp", noise("RGB"), "WEBP", quality=50)
    save("webp-grey.webp", smooth("L"), "WEBP")


def tiffs():
    for mode in ("1", "L", "LA", "RGB", "RGBA", "CMYK", "P"):
        image = noise("L").convert("1") if mode == "1" else noise("RGB").quantize(99) if mode == "P" else noise(mode)
        save(f"tiff-{mode.lower()}.tif", image, "TIFF")
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        save(f"tiff-{compression}.tif", noise("RGB"), "TIFF", compression=compression)
    save("tiff-jpeg.tif", smooth(), "TIFF", compression="jpeg")
    save("tiff-16.tif", Image.frombytes("I;16", (W, H), RANDOM.randbytes(2 * W * H)), "TIFF")
    save("tiff-float.tif", Image.frombytes("F", (W, H), struct.pack(f"<{W * H}f", *(RANDOM.uniform(-50, 300) for _ in range(W * H)))), "TIFF")
    save("tiff-int.tif", Image.frombytes("I", (W, H), struct.pack(f"<{W * H}i", *(RANDOM.randrange(-50, 70000) for _ in range(W * H)))), "TIFF")
    save("tiff-pages.tif", noise("RGB"), "TIFF", save_all=True, append_images=[noise("RGB")])


def damaged():
    buffer = io.BytesIO()
    noise("RGB").save(buffer, "PNG")
    data = bytearray(buffer.getvalue())
    emit("damaged-truncated.png", bytes(data[:len(data) // 2]))
    emit("damaged-no-end.png", bytes(data[:-12]))
    data[len(data) // 2] ^= 1
    emit("damaged-flipped.png", bytes(data))
    buffer = io.BytesIO()
    smooth().save(buffer, "JPEG", quality=90)
    jpeg = buffer.getvalue()
    scan = jpeg.index(b"\xff\xda") + 14
    emit("damaged-truncated.jpg", jpeg[:(scan + len(jpeg)) // 2])
    emit("damaged-no-end.jpg", jpeg[:-2])
    emit("damaged-tail.jpg", jpeg + RANDOM.randbytes(1000))
    emit("damaged-head.jpg", jpeg[:scan - 14] + b"\0\0" + jpeg[scan - 14:])
    for i in range(400):
        emit(f"damaged-{i}.jpg", mutate(jpeg, 2 if i % 4 == 0 else scan))


def mutate(jpeg, first):
    """A little damage behind a place; the end stays: a file without one is bad here, while Pillow sometimes accepts it."""
    data = bytearray(jpeg[:-2])
    for _ in range(RANDOM.randrange(1, 4)):
        at = RANDOM.randrange(first, len(data) - 1)
        kind = RANDOM.randrange(6)
        if kind < 3:
            data[at] ^= 1 << RANDOM.randrange(8)
        elif kind == 3:
            data[at:at + 2] = bytes([0xff, RANDOM.randrange(0xc0, 0x100)])
        elif kind == 4:
            del data[at:at + RANDOM.randrange(1, 30)]
        else:
            data[at:at] = RANDOM.randbytes(RANDOM.randrange(1, 10))
    return bytes(data) + b"\xff\xd9"


for make in (pngs, jpegs, gifs, webps, tiffs, damaged):
    make()
