"""Pages with their fonts, colours and footer, and how text is set on them.

The fonts come as packages: Fira Sans (Latin, Greek, Cyrillic), and for what it lacks IBM Plex Sans
Arabic and Noto Sans JP. Lengths are millimetres, sizes of text points.
"""

from importlib.resources import files
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

Colour = tuple[int, int, int]

INK: Final[Colour] = (28, 36, 48)
SOFT: Final[Colour] = (90, 102, 117)
LINE: Final[Colour] = (217, 222, 229)
MARK: Final[Colour] = (31, 95, 168)
WASH: Final[Colour] = (244, 246, 249)

TEXT: Final = "text"
FONTS: Final = {
    "": ("fontpkg_fira_sans", "files/FiraSans-Regular.ttf"),
    "B": ("fontpkg_fira_sans", "files/FiraSans-Medium.ttf"),
}
FALLBACKS: Final = {
    ("arabic", ""): ("fontpkg_ibm_plex_sans_arabic", "files/IBMPlexSansArabic-Regular.ttf"),
    ("arabic", "B"): ("fontpkg_ibm_plex_sans_arabic", "files/IBMPlexSansArabic-Medium.ttf"),
    ("japanese", ""): ("pylopdf_fonts_cjk", "NotoSansJP-Regular.otf"),
}
WITHOUT_FALLBACK: Final = (range(0x590), range(0x1E00, 0x2C00))
"""Latin, Greek, Cyrillic and punctuation; reading the other fonts doubles the time of a page."""

LEFT: Final = 16
WIDTH: Final = 178
HALF: Final = 84
MIDDLE: Final = LEFT + WIDTH - HALF
BOTTOM: Final = 22


class Page(FPDF):
    """The pages of one document."""

    def __init__(self, title: str, words: str) -> None:
        """Begin; ``words`` is all that will be written, by which the fonts are chosen."""
        super().__init__(format="A4")
        self._title = title
        self.set_title(title)
        self.set_lang("en")
        for style, (package, path) in FONTS.items():
            self.add_font(TEXT, style, str(files(package).joinpath(path)))
        if not all(any(ord(each) in plain for plain in WITHOUT_FALLBACK) for each in words):
            for (family, style), (package, path) in FALLBACKS.items():
                self.add_font(family, style, str(files(package).joinpath(path)))
            self.set_fallback_fonts(["arabic", "japanese"], exact_match=False)
        self.set_text_shaping(True, features={"tnum": True, "lnum": True})
        self.set_margins(LEFT, LEFT)
        self.set_auto_page_break(True, BOTTOM)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)

    def footer(self) -> None:
        """Write which document and which page this is."""
        self.set_xy(LEFT, -15)
        text = f"{self._title} · page {self.page_no()} of {{nb}}"
        self.write_text(text, size=7.5, colour=SOFT, width=WIDTH, align=Align.C)

    def write_text(
        self,
        text: str,
        *,
        size: float = 9,
        colour: Colour = INK,
        bold: bool = False,
        width: float = WIDTH,
        align: Align = Align.L,
    ) -> None:
        """Write text from here, folded to the width, and go to the line below."""
        self.set_font(TEXT, "B" if bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(width, size * 0.47, text, align=align, new_x=XPos.LEFT, new_y=YPos.NEXT)

    def room_for(self, height: float) -> None:
        """Begin a new page unless so much fits on this one."""
        if self.will_page_break(height):
            self.add_page()
