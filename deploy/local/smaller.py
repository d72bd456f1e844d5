"""Makes pictures of pages smaller: 128 colours are enough for text, lines and plain surfaces."""

import sys

from PIL import Image

for path in sys.argv[1:]:
    with Image.open(path) as picture:
        few = picture.convert("RGB").quantize(128, dither=Image.Dither.NONE)
    few.save(path, optimize=True)
