"""How texts are turned into seeds and bands: stored with every index, never mixed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pagefix.rules import Rules

# Whatever changes the meaning of stored numbers changes this.
FORMAT = 2
HASH = "pair64-fmix"
SIGNATURE = "datasketch-affine32"


@dataclass(frozen=True, slots=True)
class Scheme:
    """What makes two indexes comparable.

    ``seed`` characters make a shingle; one shingle in ``one_in`` (a power of two) is kept as a
    seed, chosen by its own hash so that all texts choose alike.  Seeds of more than ``common``
    texts say nothing about two of them.  ``bands`` times ``rows`` values make a signature with
    datasketch's permutations of ``permutation_seed``.  Texts below ``least`` word characters
    take no part.
    """

    unit: str
    seed: int
    one_in: int
    common: int
    least: int
    bands: int
    rows: int
    permutation_seed: int = 1

    @property
    def permutations(self) -> int:
        return self.bands * self.rows

    def described(self) -> dict[str, object]:
        """As it is stored beside an index."""
        return {"format": FORMAT, "hash": HASH, "signature": SIGNATURE, **asdict(self)}


def scheme_of(unit: str, rules: Rules) -> Scheme:
    """The scheme for ``unit`` (``article`` or ``paragraph``) that the rules ask for."""
    return Scheme(
        unit=unit,
        seed=int(rules.number(f"reprints.{unit}_seed")),
        one_in=1 << int(rules.number(f"reprints.{unit}_sampling")),
        common=int(rules.number("reprints.common")),
        least=int(rules.number(f"reprints.least_{unit}")),
        bands=int(rules.number("reprints.bands")),
        rows=int(rules.number("reprints.rows")),
    )
