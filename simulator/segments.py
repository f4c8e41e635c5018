"""How many SMS segments a text takes on the air (3GPP TS 23.038 and 23.040)."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
_GSM_WHOLE, _GSM_PART = 160, 153
_UCS2_WHOLE, _UCS2_PART = 70, 67


def is_gsm7(text: str) -> bool:
    """Whether the GSM 7-bit default alphabet and its extension hold every character."""
    return all(character in _BASIC or character in _EXTENDED for character in text)


def count_segments(text: str) -> int:
    """Segments needed: septets in GSM-7, or UTF-16 code units in UCS-2 once one character asks for it."""
    if is_gsm7(text):
        return _pack([2 if character in _EXTENDED else 1 for character in text], _GSM_WHOLE, _GSM_PART)
    return _pack([2 if ord(character) > 0xFFFF else 1 for character in text], _UCS2_WHOLE, _UCS2_PART)


def _pack(widths: list[int], whole: int, part: int) -> int:
    if sum(widths) <= whole:
        return 1
    segments, filled = 1, 0
    for width in widths:
        if filled + width > part:  # an escape pair or a surrogate pair is never torn apart
            segments, filled = segments + 1, 0
        filled += width
    return segments
