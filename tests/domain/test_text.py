"""Words keep their place in the text as it was sent."""

from __future__ import annotations

import pytest

from service.domain.text import CLAUSE, COMMA, QUESTION, SENTENCE, Tokenizer, Words, fold, foreign_letters
from service.domain.writing import Writing
from tests.domain.english import lexicon

SPELLINGS = {
    "don't": ("do", "not"),
    "dont": ("do", "not"),
    "im": ("i", "am"),
    "i've": ("i", "have"),
    "wanna": ("want", "to"),
    "my self": ("myself",),
    "take a toaster bath": ("kill", "myself"),
    "sui cide": ("suicide",),
    "TOSH": ("thoughts", "of", "harm"),
    "\U0001f52b": ("gun",),
    "\u26b0": ("coffin",),
}
WRITING = Writing(
    mend=("suicide", "kill", "want", "myself", "die"),
    laughter=frozenset({"\U0001f602", "\U0001f480", "lol"}),
    abbreviations=frozenset({"dr", "e.g"}),
    leads_on=frozenset({"not", "to"}),
    durations={"7": "days", "52": "weeks"},
    dating=frozenset({"ago", "last"}),
)
TOKENIZER = Tokenizer(
    SPELLINGS,
    {"die", "suicide", "so", "kill", "too", "hopeless", "sleep", "to", "i", "myself", "want"},
    WRITING,
)


def read(text: str) -> Words:
    return TOKENIZER.words(text)


def places(words: Words) -> list[tuple[int, int]]:
    return [(words.start(at), words.end(at)) for at in range(len(words.words))]


def quotes(text: str) -> list[str]:
    words = read(text)
    return [text[start:end] for start, end in places(words)]


def test_every_word_keeps_its_place_in_the_original() -> None:
    assert quotes("I’m  tired,\u00a0really.") == ["I’m", "I’m", "tired", "really"]


@pytest.mark.parametrize("written", ["don't", "don’t", "DON'T", "dont", "don\u02bct", "do\u200bn't"])
def test_spellings_of_one_word_are_read_alike(written: str) -> None:
    assert list(read(written).words) == ["do", "not"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("diiiie", "die"),
        ("sooooo", "so"),
        ("toooo", "too"),
        ("su1c1de", "suicide"),
        ("sui\u200bcide", "suicide"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("k i l l", "kill"),
        ("suicide", "suicide"),
        ("ｓｕｉｃｉｄｅ", "suicide"),
        ("s\u0336u\u0336icide", "suicide"),
        ("\u0455uicid\u0435", "suicide"),
        ("\u1d05\u026a\u1d07", "die"),
        ("\U0001f173\U0001f178\U0001f174", "die"),
        ("d_i_e", "die"),
        ("d - i - e", "die"),
        ("k  i  l  l", "kill"),
        ("su<b>i</b>cide", "suicide"),
        ("su!cide", "suicide"),
        ("$uicide", "suicide"),
        ("k*ll", "kill"),
        ("sui cide", "suicide"),
        ("my-self", "myself"),
    ],
)
def test_disguised_spellings_are_mended_into_known_words(written: str, meant: str) -> None:
    words = read(written)
    assert list(words.words) == [meant]
    assert (words.start(0), words.end(0)) == (0, len(written))


@pytest.mark.parametrize(
    "written",
    ["don&#39;t", "don&rsquo;t", "don&amp;apos;t", "don\u00e2\u20ac\u2122t", "don\ufffdt", "don t", "don;t", "don?t",
     "don 't", "do n't", "don\u200b\u2019t"],
)  # fmt: skip
def test_a_lost_apostrophe_is_found(written: str) -> None:
    text = f"i {written} know"
    assert list(read(text).words) == ["i", "do", "not", "know"]
    assert quotes(text)[1:3] == [written, written]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("i want to k i l l m y s e l f now", "i want to kill myself now"),
        ("i w a n t t o d i e", "i want to die"),
        ("b d i e x q", "b d i e x q"),
        ("1 2 3 4", "1 2 3 4"),
        ("want\u200bto\u200bdie", "want to die"),
        ("wa\u200bnt", "want"),
        ("qq\u200bzz", "qqzz"),
        ("want to&nbsp;<i class='x'>die</i><br>now", "want to die now"),
        ("i <want to die> a < b", "i want to die a b"),
        ("#iwanttodie", "i want to die"),
        ("my self-esteem", "myself esteem"),
        ("my, self", "my self"),
        ("to take a toaster bath", "to kill myself"),
        ("i ve", "i have"),
        ("2/52, 2/7 ago, last 3/7, 2/7/2024, 12/1", "2 weeks 2 days ago last 3 days 2 7 2024 12 1"),
        ("some TOSH here", "some thoughts of harm here"),
        ("some tosh here", "some tosh here"),
        ("WHAT A LOAD OF TOSH", "what a load of tosh"),
        ("user@kill.org stop!please", "user kill org stop please"),
        ("me\U0001f52b\u26b0\ufe0f", "me gun coffin"),
        ("\U0001f52b\U0001f602 me, lol \u26b0\ufe0f", "me lol"),
        ("\U0001f52b \u26b0\ufe0f", ""),
        ("\u043d\u043e wan\u0442", "\u043d\u043e want"),
    ],
)
def test_words_are_found_where_they_were_cut_oddly(text: str, meant: str) -> None:
    assert " ".join(read(text).words) == meant


def test_every_word_of_odd_cuts_keeps_its_place() -> None:
    text = "<b>my</b> self, k i l l s*icide \U0001f52b\ufe0f want\u200bto &quot;2/52 caf\u00c3\u00a9"
    assert quotes(text) == [
        "my</b> self", "k i l l", "s*icide", "\U0001f52b\ufe0f", "want", "to", "2/52", "2/52", "caf\u00c3\u00a9",
    ]  # fmt: skip


def test_an_unknown_odd_spelling_is_left_as_it_is() -> None:
    assert list(read("xkcd42 aaaargh a b c").words) == ["xkcd42", "aaaargh", "a", "b", "c"]


def test_a_combining_mark_stays_inside_the_quoted_word() -> None:
    text = "cafe\u0301 die"
    assert quotes(text) == ["cafe\u0301", "die"]


def test_a_character_that_unfolds_into_several_keeps_a_span_of_its_own() -> None:
    assert quotes("½ ﬁne") == ["½", "½", "ﬁne"]


@pytest.mark.parametrize(
    ("between", "parting"),
    [
        (" ", 0), ("-", 0), ("/", 0), (", ", COMMA), ("; ", CLAUSE), (" - ", CLAUSE), ("\n", CLAUSE),
        ("... ", CLAUSE), (". ", SENTENCE), (" " * 80 + ". ", SENTENCE), (", " + "-" * 80, CLAUSE), ("! ", SENTENCE), ("\n\n", SENTENCE), ("? ", QUESTION),
    ],
)  # fmt: skip
def test_punctuation_parts_words_by_its_strength(between: str, parting: int) -> None:
    assert read(f"very tired{between}very sad").breaks[2] == parting


@pytest.mark.parametrize(
    ("text", "index", "parting"),
    [
        ("i saw dr. smith and mr. jones came", 3, 0),
        ("i saw dr. smith and mr. jones came", 6, SENTENCE),
        ("some drugs, e.g. pills", 2, COMMA),
        ("some drugs, e.g. pills", 3, 0),
        ("some drugs, e.g. pills", 4, 0),
        ("i do not\nwant to die", 3, 0),
        ("i do not.\nwant to die", 3, SENTENCE),
        ("so very tired\nwant to die", 3, CLAUSE),
        ("this is a line that was broken because it was too full\r\nof words", 12, COMMA),
        ("this is a line that was broken because it was too full\nI want", 12, COMMA),
        ("this is a line that was broken because it was too full\nMy wife", 12, CLAUSE),
    ],
)
def test_what_only_looks_like_an_end_parts_less(text: str, index: int, parting: int) -> None:
    assert read(text).breaks[index] == parting


def test_a_single_word_with_a_full_stop_belongs_to_its_surroundings() -> None:
    assert read("it is over. tonight. i mean it").breaks[4] == CLAUSE


def test_quotation_marks_enclose_words() -> None:
    words = read('he said "want to die" to me')
    assert words.quotation_at(3) == (2, 5)
    assert words.quotation_at(5) is None
    assert words.quotation_at(0) is None


def test_an_unclosed_quotation_mark_encloses_nothing() -> None:
    assert read('he said "want to die').quotes == []


@pytest.mark.parametrize(
    ("text", "passages"),
    [
        ('he is 5\'10" and "so tired" now', [(4, 6)]),
        ('he took "all 20" of them', [(2, 4)]),
        ('he " said "so tired" now', [(2, 4)]),
        ('he said ""so tired"" now', [(2, 4)]),
        ('"one" "two', [(0, 1)]),
    ],
)
def test_marks_that_cannot_open_a_quotation_open_none(text: str, passages: list[tuple[int, int]]) -> None:
    assert list(read(text).quotes) == passages


def test_letters_of_other_scripts_are_counted() -> None:
    assert foreign_letters(fold("я don't know")[0]) == (1, 9)
    assert foreign_letters(fold("łódź café")[0]) == (0, 8)
    assert foreign_letters("abc 1") == (0, 3)


@pytest.mark.parametrize(
    "text",
    ["\ud800", "\x00", "", "🔫💊⚰️", "\u0301\u0316" * 50_000, "a " * 50_000, '"' * 100_000, "a" * 100_000,
     "é" * 100_000, "." * 100_000, "i.m " * 25_000, "k*" * 50_000, "k*ll " * 20_000, "a-" * 50_000, "<b " * 33_000,
     "<b a=b " * 14_000, "<b" + " " * 100_000, "&amp;" * 20_000, "\u00e2\u20ac" * 50_000, "a\u200b" * 50_000,
     "\U0001f52b" * 100_000, "a\U0001f52b\U0001f602" * 30_000, "my self " * 12_000, "2/52 " * 20_000, "TOSH " * 20_000,
     "not\n" * 25_000, "a" * 100_000 + "\n" + "a\n" * 1_000, "dr. " * 25_000, '"a ' * 30_000, "take a toaster " * 7_000,
     "k i l l " * 12_000, "!" * 100_000 + "a", "$kill" * 20_000, "iwanttodie" * 10_000, "wa\u0442" * 33_000],
)  # fmt: skip
@pytest.mark.parametrize("tokenizer", [TOKENIZER, lexicon().tokenizer], ids=["small", "shipped"])
def test_no_text_raises(text: str, tokenizer: Tokenizer) -> None:
    words = tokenizer.words(text)
    assert len(words.breaks) == len(words.words) + 1
    assert places(words) == sorted(places(words))
    assert all(0 <= start < end <= len(text) for start, end in places(words))
