"""Figures of the contenders: recall by kind, precision, medians; as a table and as a picture."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.reprint_bench.press import KINDS, Press


@dataclass(frozen=True, slots=True)
class Figure:
    """What one contender reached; seconds and processor seconds are medians of its runs."""

    name: str
    texts: int
    seconds: float
    processor: float
    peak_mb: float
    recall: dict[str, float]
    precision: float | None

    def at(self, texts: int) -> float:
        """Seconds for so many texts, in proportion."""
        return self.seconds * texts / self.texts


def figure(name: str, runs: Sequence[dict[str, object]], printed: Press) -> Figure:
    """Judges the pairs of the last run; a copy counts as found where both texts are linked."""
    pairs = [(int(a), int(b)) for a, b in runs[-1]["pairs"]]  # type: ignore[attr-defined]
    homes = _linked(pairs, len(printed.texts)) if name == "text-dedup" else None
    found = set(pairs)
    recall = {}
    for kind in KINDS:
        copies = printed.copies[kind]
        hits = sum(homes[a] == homes[b] if homes else (a, b) in found for a, b in copies)
        recall[kind] = hits / len(copies)
    families = printed.families
    true = sum(families[a] == families[b] for a, b in found)
    return Figure(
        name,
        len(printed.texts),
        median(float(str(run["seconds"])) for run in runs),
        median(float(str(run["processor"])) for run in runs),
        max(float(str(run["peak_mb"])) for run in runs),
        recall,
        true / len(found) if found else None,
    )


def _linked(pairs: Iterable[tuple[int, int]], count: int) -> list[int]:
    homes = list(range(count))
    for a, b in pairs:
        homes[b] = homes[a]
    return homes


def table(figures: Sequence[Figure], texts: int) -> str:
    """Markdown; what was measured on fewer texts and multiplied is marked with ~."""
    head = "| | texts | seconds | seconds for all | processor s | peak MiB | "
    head += " | ".join(KINDS) + " | precision |\n|---|" + "---|" * (6 + len(KINDS)) + "\n"
    rows = []
    for f in figures:
        whole = f"{f.seconds:.1f}" if f.texts == texts else f"~{f.at(texts):.0f}"
        recall = " | ".join(f"{f.recall[kind]:.4f}" if f.precision is not None else "" for kind in KINDS)
        precision = f"{f.precision:.4f}" if f.precision is not None else ""
        rows.append(
            f"| {f.name} | {f.texts:,} | {f.seconds:.1f} | {whole} | {f.processor:.1f} | {f.peak_mb:.0f} | "
            f"{recall} | {precision} |"
        )
    return head + "\n".join(rows) + "\n"


def picture(figures: Sequence[Figure], texts: int) -> str:
    """Seconds for all texts, on a logarithmic scale, and the recall of embedded copies, as SVG."""
    rows = sorted(figures, key=lambda f: f.at(texts))
    most = max(f.at(texts) for f in rows)
    width, left, step = 760, 170, 30
    scale = (width - left - 190) / math.log10(most / 0.5)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{40 + step * len(rows)}" '
        'font-family="sans-serif" font-size="13">',
        f'<text x="{left}" y="18">seconds for {texts:,} paragraphs (logarithmic)</text>',
    ]
    for n, f in enumerate(rows):
        y, seconds = 32 + step * n, f.at(texts)
        length = max(2.0, scale * math.log10(seconds / 0.5))
        colour = "#1f6f8b" if f.name.startswith("pagefix") else "#b8b8b8"
        said = f"{'~' if f.texts != texts else ''}{seconds:.1f} s"
        if f.precision is not None:
            said += f", noisy {f.recall['noisy']:.3f}, embedded {f.recall['embedded']:.3f}"
        out.append(f'<text x="{left - 8}" y="{y + 14}" text-anchor="end">{f.name}</text>')
        out.append(f'<rect x="{left}" y="{y}" width="{length:.1f}" height="19" fill="{colour}"/>')
        out.append(f'<text x="{left + length + 6:.1f}" y="{y + 14}">{said}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"
