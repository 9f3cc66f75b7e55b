"""Reads StreamTrainer shards (docs/shards.md) with NumPy and msgpack alone: the proof that the format page is enough.

    shard_reader.py SHARDS             what is in the index
    shard_reader.py SHARDS --digest    a line a sample: index, class, kind, path, SHA-256 of its content

The content of a copied sample is its bytes; of others the quantised coefficients, component by component, as little-endian int16
of shape [rows of blocks, blocks of a row, 64], blocks in row-major order.
"""
import hashlib, os, struct, sys

import msgpack
import numpy as np

KINDS = ["copy", "rawGrey", "rawRgb", "coefficients", "indexed"]
COLUMNS = {"offset": "<u8", "length": "<u4", "head": "<u4", "label": "<u4", "width": "<u4", "height": "<u4", "sampling": "<u4", "kind": "u1",
           "orientation": "u1", "crc32c": "<u4", "sourceLength": "<u4", "sourceCrc32c": "<u4", "nameEnd": "<u4"}
CRC_TABLE = np.arange(256, dtype=np.uint32)
for _ in range(8):
    CRC_TABLE = np.where(CRC_TABLE & 1, (CRC_TABLE >> 1) ^ np.uint32(0x82F63B78), CRC_TABLE >> 1)
CRC_TABLE = CRC_TABLE.tolist()
ZIGZAG = np.array(sorted(range(64), key=lambda i: (i // 8 + i % 8, (i % 8) if (i // 8 + i % 8) % 2 == 0 else i // 8)))

def crc32c(data):
    crc = 0xFFFFFFFF
    for value in data:
        crc = CRC_TABLE[(crc ^ value) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF

def _bits(data, count):  # from the least significant of each byte
    return np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[:count]

class Frame:
    """The header of a payload: what its coefficients mean."""

    def __init__(self, data):
        self.color, self.width, self.height, self.group, counts = struct.unpack_from("<BHHBB", data, 1)
        shapes = data[8:8 + (counts & 15)]
        at, tables = 8 + len(shapes), []
        for _ in range(counts >> 4):
            wide = data[at]
            tables.append(np.frombuffer(data, "<u2" if wide == 2 else "u1", 64, at + 1).astype(int).reshape(8, 8))
            at += 1 + 64 * wide
        self.size = at
        self.components = [(shape & 7, shape >> 3 & 7, tables[shape >> 6]) for shape in shapes]
        self.mcus_wide = -(-self.width // (8 * max(h for h, _, _ in self.components)))
        self.mcus_high = -(-self.height // (8 * max(v for _, v, _ in self.components)))

    def groups(self, data, at):
        """The groups of a payload, whose index begins at a byte: row of MCUs, first MCU, MCUs, bytes."""
        across = -(-self.mcus_wide // self.group)
        width, count = data[at], across * self.mcus_high  # bits of a length, groups
        size = (width * count + 7) // 8
        bits = _bits(data[at + 1:at + 1 + size], width * count).reshape(count, width)
        lengths = (bits.astype(np.int64) << np.arange(width)).sum(1)
        place = at + 1 + size + 4 * self.mcus_high
        for number, length in enumerate(lengths.tolist()):
            row, first = number // across, number % across * self.group
            yield row, first, min(self.group, self.mcus_wide - first), data[place:place + length]
            place += length

def _fill(frame, groups, read):
    """Coefficients of all components. The DC of a block of a group is predicted from the block to the left, of the first in a row
    from the first of the row above it in the group, of the first of a component from 0."""
    planes = [np.zeros((frame.mcus_high * v, frame.mcus_wide * h, 64), "<i2") for h, v, _ in frame.components]
    for row, left, mcus, data in groups:
        blocks = read(data, [mcus * h * v for h, v, _ in frame.components])
        for plane, (h, v, _) in zip(planes, frame.components):
            first = 0
            for y, x in np.ndindex(v, mcus * h):
                block = next(blocks)
                block[0] += first if x == 0 else dc
                dc = block[0]
                first = dc if x == 0 else first
                plane[row * v + y, left * h + x, ZIGZAG] = block
    return planes

def _coefficient_group(data, counts):
    """Eight streams, one behind the other; blocks come in zigzag order, their DC as a difference."""
    count = sum(counts)
    nibbles = lambda piece, n: [byte >> s & 15 for byte in piece for s in (0, 4)][:n]
    at = (count + 1) // 2
    lengths, dcs = nibbles(data[:at], count), np.frombuffer(data, np.int8, count, at).tolist()
    at, masks = at + count, []
    for length in lengths:
        masks.append(int.from_bytes(data[at:at + length], "little"))
        at += length
    total = sum(bin(mask).count("1") for mask in masks)
    size = (total + 7) // 8
    signs, large = _bits(data[at:at + size], total).tolist(), _bits(data[at + size:at + 2 * size], total).tolist()
    at += 2 * size
    sizes = iter(nibbles(data[at:at + (sum(large) + 1) // 2], sum(large)))
    escapes, end, used = at + (sum(large) + 1) // 2, len(data), 0
    for dc, mask in zip(dcs, masks):
        if dc == -128:
            end -= 2
            dc = struct.unpack_from("<h", data, end)[0]
        block = [dc] + [0] * 63
        for k in (k for k in range(1, 64) if mask >> (k - 1) & 1):
            value = next(sizes) + 2 if large[used] else 1
            if value == 17:
                value += data[escapes]
                escapes += 1
                if value >= 128:
                    end -= 2
                    value = struct.unpack_from("<h", data, end)[0]
            block[k] = -value if signs[used] and value > 0 else value
            used += 1
        yield block

def _code(counts, symbols):
    """A canonical Huffman code, as a JPEG's DHT has it: (length, bits) to symbol."""
    table, code, place = {}, 0, 0
    for length, count in enumerate(counts, 1):
        for _ in range(count):
            table[length, code] = symbols[place]
            code, place = code + 1, place + 1
        code <<= 1
    return table

def _segment_reader(codes, color):
    def read(data, counts):
        word, left = int.from_bytes(data, "big"), 8 * len(data)

        def take(count):
            nonlocal left
            left -= count
            return word >> left & ((1 << count) - 1)

        def symbol(table):
            bits, length = take(1), 1
            while (length, bits) not in table:
                bits, length = bits << 1 | take(1), length + 1
            return table[length, bits]

        def value(category):
            bits = take(category) if category else 0
            return bits if not category or bits >> (category - 1) else bits - (1 << category) + 1

        for c, count in enumerate(counts):
            base = 3 if color == 1 and c > 0 else 0
            for number in range(count):
                block, k = [value(symbol(codes[base + (number > 0)]))] + [0] * 63, 1
                while k < 64 and (run_size := symbol(codes[base + 2])):
                    k += run_size >> 4
                    block[k] = value(run_size & 15)
                    k += 1
                yield block
    return read

class Shards:
    """A folder of shards. Samples are numbered as in the source."""

    def __init__(self, folder):
        magic, version, checksum, body = msgpack.unpackb(open(os.path.join(folder, "index.msgpack"), "rb").read(), max_bin_len=1 << 31)
        if magic != "streamtrainer shards" or version != 1 or crc32c(body) != checksum:
            raise ValueError("not an index of version 1, or a damaged one")
        self.folder, self.index = folder, msgpack.unpackb(body, max_bin_len=1 << 31)
        self.columns = {name: np.frombuffer(self.index[name], kind) for name, kind in COLUMNS.items()}
        self.sets, tables, at = [], self.index["tables"], 1
        for _ in range(tables[0] if tables else 0):
            self.sets.append([])
            for _ in range(6):
                counts = tables[at:at + 16]
                self.sets[-1].append(_code(counts, tables[at + 16:at + 16 + sum(counts)]))
                at += 16 + sum(counts)

    def __getitem__(self, i):
        """All columns of a sample, its path, class and file."""
        row = {name: int(column[i]) for name, column in self.columns.items()}
        name = self.index["names"][int(self.columns["nameEnd"][i - 1]) if i else 0:row["nameEnd"]].decode()
        file = next(number for number, _, first, count in self.index["files"] if first <= i < first + count)
        return {**row, "name": name, "class": self.index["classes"][row["label"]], "kind": KINDS[row["kind"]], "file": f"shard-{file:05d}.bin"}

    def payload(self, i):
        row = self[i]
        data = np.memmap(os.path.join(self.folder, row["file"]), np.uint8, "r")[row["offset"]:row["offset"] + row["length"]].tobytes()
        if crc32c(data) != row["crc32c"]:
            raise ValueError(f"{row['file']}: sample {i} ({row['name']}) is damaged")
        return data

    def coefficients(self, i):
        """The frame and the planes of a sample that is stored as coefficients."""
        data = self.payload(i)
        frame = Frame(data)
        if data[0] == 0xC1:
            return frame, _fill(frame, frame.groups(data, frame.size), _coefficient_group)
        codes = self.sets[data[frame.size]]
        return frame, _fill(frame, frame.groups(data, frame.size + 1), _segment_reader(codes, frame.color))

if __name__ == "__main__":
    shards = Shards(sys.argv[1])
    if "--digest" not in sys.argv:
        sys.exit(print({key: value for key, value in shards.index.items() if not isinstance(value, bytes) and key != "classes"}))
    for i in range(shards.index["samples"]):
        row = shards[i]
        planes = shards.coefficients(i)[1] if row["kind"] in ("coefficients", "indexed") else [shards.payload(i)]
        digest = hashlib.sha256(b"".join(plane if isinstance(plane, bytes) else plane.tobytes() for plane in planes))
        print(i, row["label"], row["kind"], digest.hexdigest(), row["name"])
