"""Raster: a vector picture as dots, for forms that cannot hold it as it is."""

from __future__ import annotations

import typst

from phusong.errors import ConfigError

_PAGE = b'#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'


def png(svg: bytes, dots_per_inch: float) -> bytes:
    """
    The same picture as PNG; the same vectors give the same bytes.

    Raises
    ------
    ConfigError
        When it is no picture that can be drawn.
    """
    without = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False)  # letters are paths
    compiler = typst.Compiler(font_paths=without, sys_inputs={"svg": svg.decode("utf-8")})
    try:
        drawn = compiler.compile(_PAGE, format="png", ppi=dots_per_inch)
    except typst.TypstError as fault:
        raise ConfigError(f"Không vẽ được hình / the picture cannot be drawn: {fault}") from None
    if not isinstance(drawn, bytes):
        raise ConfigError("Hình dài hơn một trang / the picture is longer than a page")
    return drawn
