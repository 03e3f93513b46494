"""Flips a byte, zeroes a page or cuts one file of a store. Usage: harm.py STORE SEED. Prints the file and what was done to it."""
import os
import random
import sys

store, seed = sys.argv[1], int(sys.argv[2])
dice = random.Random(seed)
files = sorted(os.path.join(d, f) for d, _, fs in os.walk(store) for f in fs)
files = [f for f in files if os.path.getsize(f) > 0]
journal = [f for f in files if f.endswith(".seg")]
path = dice.choice(journal if dice.random() < 0.6 else files)
with open(path, "r+b") as file:
    data = bytearray(file.read())
    used = len(data.rstrip(b"\0")) or 1
    at = dice.randrange(used if dice.random() < 0.9 else len(data))
    how = dice.choice(["flip", "zero", "cut"])
    if how == "flip":
        file.seek(at)
        file.write(bytes([data[at] ^ (1 << dice.randrange(8))]))
    elif how == "zero":
        page = at & ~4095
        file.seek(page)
        file.write(b"\0" * min(4096, len(data) - page))
    else:
        file.truncate(at)
# Half of the stores are opened as after a power cut.
if dice.random() < 0.5 and os.path.exists(os.path.join(store, "marker")):
    os.remove(os.path.join(store, "marker"))
print(os.path.relpath(path, store), how, at)
