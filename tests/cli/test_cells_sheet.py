"""cells --picture: no cell is missing from the picture of all cells, and it is the same for any thread count. About a minute."""

import json
import pathlib
import subprocess
import tempfile
import zlib

from program import PROGRAM, check, finish, run

COLUMNS, TILE_PX, CELL_WIDTH_PX, CELL_HEIGHT_PX = 10, 120, 126, 148


def decode(data):
    """Rows of an 8-bit RGB PNG without interlacing: bytes, three per pixel."""
    check(data[:8] == b"\x89PNG\r\n\x1a\n", "a PNG")
    place, packed, width, height = 8, b"", 0, 0
    while place < len(data):
        length, kind = int.from_bytes(data[place:place + 4], "big"), data[place + 4:place + 8]
        body = data[place + 8:place + 8 + length]
        place += 12 + length
        if kind == b"IHDR":
            width, height = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:8], "big")
            check(body[8:10] == b"\x08\x02" and body[12] == 0, "8-bit RGB")
        elif kind == b"IDAT":
            packed += body
    raw, stride, rows = zlib.decompress(packed), 3 * width, []
    above = bytearray(stride)
    for y in range(height):
        line = bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        kind = raw[y * (stride + 1)]
        for x in range(stride):
            left, up = (line[x - 3] if x >= 3 else 0), above[x]
            corner = above[x - 3] if x >= 3 else 0
            if kind == 1:
                guess = left
            elif kind == 2:
                guess = up
            elif kind == 3:
                guess = (left + up) // 2
            elif kind == 4:
                estimate = left + up - corner
                guess = min((left, up, corner), key=lambda v: abs(estimate - v))
            else:
                guess = 0
            line[x] = (line[x] + guess) & 255
        rows.append(line)
        above = line
    return rows


def dark_share(rows, x0, y0, width, height):
    dark = sum(min(rows[y][3 * x:3 * x + 3]) < 200 for y in range(y0, y0 + height) for x in range(x0, x0 + width))
    return dark / (width * height)


names = [cell["name"] for cell in json.loads(run("cells", "--json").stdout)["cells"]]
with tempfile.TemporaryDirectory() as folder:
    pictures = []
    for threads in ("1", "2"):
        file = pathlib.Path(folder) / f"{threads}.png"
        done = subprocess.run([PROGRAM, "cells", "--picture", file, "--threads", threads, "--quiet"], capture_output=True, text=True, timeout=600)
        check(done.returncode == 0 and done.stderr == "", "the picture of all cells", done)
        pictures.append(file.read_bytes())
check(pictures[0] == pictures[1], "the same picture for any thread count")
check(len(pictures[0]) < 1_000_000, f"the picture has {len(pictures[0])} bytes")

sheet = decode(pictures[0])
check(len(sheet) == -(-len(names) // COLUMNS) * CELL_HEIGHT_PX and len(sheet[0]) == 3 * COLUMNS * CELL_WIDTH_PX, "size of the picture")
shares = {}
for number, name in enumerate(names):
    x, y = number % COLUMNS * CELL_WIDTH_PX, number // COLUMNS * CELL_HEIGHT_PX
    shares[name] = dark_share(sheet, x, y, TILE_PX, TILE_PX)
    # The sparsest, the body of Schwarz P in the middle of its cell, covers 0.24; walls thinner than a sample would leave crumbs.
    check(shares[name] > 0.2, f"{name} covers {shares[name]:.3f} of its place")
    check(dark_share(sheet, x, y + TILE_PX, TILE_PX, 22) > 0.0025 * len(name), f"{name} has its name")
print("least covered:", sorted((round(share, 3), name) for name, share in shares.items())[:4])
finish()
