"""Chinese paragraphs with planted copies: made of invented words, so that nobody's text is copied.

Words are drawn by Zipf's law and bound into collocations that come again and again, because
real paragraphs that have nothing to do with each other share six-character runs too
(newspaper paragraphs of 1998, measured: 3 pairs share one for each paragraph, in 5,800).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

# Shares of all paragraphs.
NOISY, TRUNCATED, EMBEDDED, HEADLINE, NOTICES = 0.20, 0.05, 0.02, 0.02, 0.05
KINDS = ("noisy", "truncated", "embedded", "headline")

_STOPS = ["。"] * 9 + ["！", "？", "；"]
_JOINTS = ["的", "了", "在", "和", "是", "对", "把", "也", "就", "从", "向", "与", "为", "以", "将", "被"]


@dataclass(slots=True)
class Press:
    """What was printed: the texts, and which text each copy was made from, by kind."""

    texts: list[str] = field(default_factory=list)
    copies: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    families: list[int] = field(default_factory=list)


def characters() -> list[str]:
    """The 3,755 common characters of GB 2312, in its order."""
    return [bytes([0xA1 + row, 0xA1 + cell]).decode("gb2312")
            for row in range(15, 55) for cell in range(94 if row < 54 else 89)]  # fmt: skip


class Words:
    """An invented language: words, collocations of two or three words, both by Zipf's law."""

    def __init__(self, random: np.random.Generator, words: int, phrases: int) -> None:
        self.random = random
        chars = np.array(characters())
        weights = 1 / (np.arange(len(chars)) + 40.0)
        pick = random.permutation(chars)
        sizes = random.choice([1, 2, 2, 2, 2, 3, 3, 4], words)
        letters = random.choice(pick, int(sizes.sum()), p=weights / weights.sum())
        ends = np.cumsum(sizes)
        self.words = ["".join(letters[end - size : end]) for end, size in zip(ends, sizes, strict=True)]
        bound = self._drawn(len(self.words), phrases * 3).reshape(-1, 3)
        lengths = random.integers(2, 4, len(bound))
        self.phrases = [
            "".join(self.words[n] for n in row[:length]) for row, length in zip(bound, lengths, strict=True)
        ]

    def _drawn(self, size: int, count: int) -> np.ndarray:
        ranks = 1 / (np.arange(size) + 12.0)
        return self.random.choice(size, count, p=ranks / ranks.sum())

    def stream(self, count: int) -> list[str]:
        """``count`` pieces: words for the most part, phrases, small words between."""
        kind = self.random.random(count)
        words, phrases = self._drawn(len(self.words), count), self._drawn(len(self.phrases), count)
        joints = self.random.integers(0, len(_JOINTS), count)
        drawn = zip(kind.tolist(), words.tolist(), phrases.tolist(), joints.tolist(), strict=True)
        return [
            self.words[w] if k < 0.72 else self.phrases[p] if k < 0.84 else _JOINTS[j] for k, w, p, j in drawn
        ]


class Writer:
    """Writes paragraphs of a wanted length, out of a long stream of pieces."""

    def __init__(self, random: np.random.Generator, words: int = 20_000, phrases: int = 60_000) -> None:
        self.random, self.words = random, Words(random, words, phrases)
        self.stream: list[str] = []
        self.ahead = words * 10

    def paragraph(self, length: int) -> str:
        out: list[str] = []
        size, clause = 0, 0
        while size < length:
            if not self.stream:
                self.stream = self.words.stream(self.ahead)
            piece = self.stream.pop()
            out.append(piece)
            size += len(piece)
            clause += len(piece)
            if clause > 9 and size < length - 6:
                out.append("，" if clause % 3 else _STOPS[clause % len(_STOPS)])
                size, clause = size + 1, 0
        return "".join(out)[: length - 1] + "。"

    def notices(self, count: int, templates: int = 40) -> list[str]:
        """Forms filled in: a lost paper, an auction, a meeting; three to five places differ."""
        forms = [
            [self.paragraph(int(n))[:-1] for n in self.random.integers(9, 32, 5)] for _ in range(templates)
        ]
        names = [self.paragraph(4)[:-1] for _ in range(3000)]
        out = []
        for _ in range(count):
            form = forms[int(self.random.integers(templates))]
            number = "".join(map(str, self.random.integers(0, 10, int(self.random.integers(6, 18)))))
            filled = [names[n] for n in self.random.integers(0, len(names), 4)]
            day = f"{self.random.integers(1, 13)}月{self.random.integers(1, 29)}日"
            out.append(f"{form[0]}{filled[0]}，{form[1]}{number}，{form[2]}{filled[1]}{filled[2]}，{day}{form[3]}"
                       f"{filled[3]}{form[4]}。")  # fmt: skip
        return out


def noisy(text: str, rate: float, random: np.random.Generator, pool: list[str]) -> str:
    """``text`` read with errors: seven in ten a wrong character, the others lost or doubled."""
    chars = list(text)
    for at in np.flatnonzero(random.random(len(chars)) < rate).tolist():
        what = random.random()
        if what < 0.7:
            chars[at] = pool[int(random.integers(len(pool)))]
        else:
            chars[at] = "" if what < 0.85 else chars[at] * 2
    return "".join(chars)


def press(count: int, seed: int = 1) -> Press:
    """``count`` paragraphs of 40 to 400 characters, copies of all kinds among them, shuffled."""
    random = np.random.default_rng(seed)
    writer, pool = Writer(random), characters()
    parts = {kind: round(count * share) for kind, share in
             zip(KINDS, (NOISY, TRUNCATED, EMBEDDED, HEADLINE), strict=True)}  # fmt: skip
    notices = round(count * NOTICES)
    plain = count - notices - sum(parts.values())
    # Short paragraphs are more common than long ones, as in newspapers.
    lengths = (40 + 360 * random.beta(1.2, 2.0, plain)).astype(int)
    texts = [writer.paragraph(int(n)) for n in lengths]
    texts += writer.notices(notices)
    originals = len(texts)
    family, copies = list(range(originals)), []
    long = [n for n in range(plain) if len(texts[n]) >= 80]
    for kind, number in parts.items():
        for _ in range(number):
            source = (
                int(random.integers(originals)) if kind == "noisy" else long[int(random.integers(len(long)))]
            )
            copies.append((kind, source, len(texts)))
            texts.append(_copy(kind, texts[source], random, writer, pool))
            family.append(source)
    order = random.permutation(len(texts))
    place = np.empty(len(texts), dtype=np.int64)
    place[order] = np.arange(len(texts))
    out = Press([texts[n] for n in order], families=[family[n] for n in order])
    for kind, source, copy in copies:
        a, b = sorted((int(place[source]), int(place[copy])))
        out.copies[kind].append((a, b))
    return out


def _copy(kind: str, text: str, random: np.random.Generator, writer: Writer, pool: list[str]) -> str:
    if kind == "noisy":
        return noisy(text, random.uniform(0.01, 0.05), random, pool)
    if kind == "headline":
        cut = int(random.integers(8, 20))
        return writer.paragraph(int(random.integers(8, 22)))[:-1] + noisy(text[cut:], 0.01, random, pool)
    size = int(len(text) * random.uniform(0.4, 0.8))
    if kind == "truncated":
        start = 0 if random.random() < 0.7 else int(random.integers(len(text) - size))
        return noisy(text[start : start + size], random.uniform(0, 0.02), random, pool)
    size = min(int(random.integers(40, 121)), len(text) - 10)
    start = int(random.integers(len(text) - size))
    span = noisy(text[start : start + size], random.uniform(0, 0.02), random, pool)
    before, after = (writer.paragraph(int(n)) for n in random.integers(20, 140, 2))
    return before[:-1] + span + after
