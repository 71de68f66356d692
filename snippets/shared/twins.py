"""Sections of this site in English and in Chinese, frozen, as pieces that no pair crosses."""

# reads: twins

from pathlib import Path

from shared.byte_pairs import pieces

# --8<-- [start:twins]
folder = Path(__file__).parents[1] / "twins"
files = [folder / f"{language}.txt" for language in ("en", "zh")]
lines = [file.read_text(encoding="utf-8").splitlines()[1:] for file in files]
english, chinese = ([pieces(line) for line in language] for language in lines)
low, high = bytes(range(33, 127)), bytes(range(161, 255))  # each byte changes places
swapped = bytes.maketrans(low + high, high + low)  # with that 128 above or below it
lettered = [[word.translate(swapped) for word in section] for section in english]
# --8<-- [end:twins]
