"""The clean article as a Markdown file with YAML front matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pagefix.model import Article, ArticleBlock, Role

_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"/\\|?*%#\s]+")
# What Windows keeps for itself, and the names of our own books.
_RESERVED = re.compile(
    r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?|(?:articles|ledger|pages|failed)\.jsonl|report\.html"
)
# File systems allow 255 bytes a name; page, number and ending take some of them.
_LONGEST_SLUG = 80
_FIELDS = (
    "id", "edition", "pages", "kicker", "headline", "deck", "byline", "dateline", "date", "agency",
    "continued_from", "continues_on", "warnings",
)  # fmt: skip


def article_markdown(article: Article) -> str:
    """Front matter, then headline, deck, crossheads and paragraphs, captions at the end.

    The text stands as it is on the page: nothing is escaped, so a paragraph that begins
    with a Markdown mark may be rendered as one; ``articles.jsonl`` has it beyond doubt.
    """
    front = {name: value for name in _FIELDS if (value := _plain(getattr(article, name)))}
    parts = ["---\n" + _front_matter(front) + "---"]
    if article.headline:
        parts.append(f"# {article.headline}")
    head = _head_size(article)
    flow = [
        b
        for n, b in enumerate(article.blocks)
        if b.role is not Role.CAPTION and not (n < head and b.role in _IN_FRONT)
    ]
    parts += [_shown(block) for block in flow]
    captions = [block for block in article.blocks if block.role is Role.CAPTION]
    if captions:
        parts.append("---")
        parts += [block.text for block in captions]
    return "\n\n".join(parts) + "\n"


# libyaml writes these as escapes, PyYAML's own emitter as they are.
_ESCAPED_BY_LIBYAML = re.compile("[\x85\U00010000-\U0010ffff]")
# Chinese words and marks, and paths: YAML takes them for nothing but text, and writes them as they are.
_PLAIN = re.compile(
    "[\u4e00-\u9fff](?: ?[\u4e00-\u9fffA-Za-z0-9、。，；：！？（）《》“”‘’…—·]){0,200}"
    "|[A-Za-z0-9](?=[^/]*/)[A-Za-z0-9/._-]{1,200}"
)
# A line break, or so long that YAML may set one: then the text's lines depend on where it stands.
_BROKEN = re.compile("[\n\r\x85\u2028\u2029]|.{900}")


def _front_matter(front: Mapping[str, str | list[str]]) -> str:
    """The front matter as PyYAML dumps it, put together from its scalars, most of which return again."""
    lines = []
    for name, value in front.items():
        texts = [value] if isinstance(value, str) else value
        if not texts or any(map(_BROKEN.search, texts)):
            lines.append(_dumped({name: value}))
        elif isinstance(value, str):
            lines.append(f"{name}: {_scalar(value)}\n")
        else:
            lines.append(f"{name}:\n" + "".join(f"- {_scalar(text)}\n" for text in value))
    return "".join(lines)


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _quoted(text)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    """A text as YAML needs it: ``'NO'`` in quotes, and plain what nothing else can be."""
    return _dumped({"text": text})[6:-1]


def _dumped(front: Mapping[str, str | list[str]]) -> str:
    """libyaml dumps ten times faster than PyYAML itself, and the same, but for rare characters."""
    import yaml  # here, so that rows can be written without it

    dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    texts = (text for value in front.values() for text in ([value] if isinstance(value, str) else value))
    if any(_ESCAPED_BY_LIBYAML.search(text) for text in texts):
        dumper = yaml.SafeDumper
    return str(yaml.dump(dict(front), Dumper=dumper, allow_unicode=True, sort_keys=False, width=10_000))


_IN_FRONT = frozenset({Role.HEADLINE, Role.KICKER})


def _head_size(article: Article) -> int:
    """How many blocks stand before the text: their headline and kicker are in the front matter."""
    return next(
        (n for n, b in enumerate(article.blocks) if b.role in (Role.BODY, Role.CROSSHEAD, Role.TABLE)),
        len(article.blocks),
    )


def _shown(block: ArticleBlock) -> str:
    if block.role in (Role.CROSSHEAD, Role.HEADLINE):
        return f"## {block.text}"
    return block.text


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def article_file_name(article: Article) -> str:
    """``<edition>/<page>-<nn>-<slug>.md``: safe on every system, unique with the id, stable."""
    folder, _, name = article.id.rpartition("/")
    slug = slug_of(article.headline)
    stem = _safe(name) + (f"-{slug}" if slug else "")
    folder = edition_folder(folder)
    return f"{folder}/{stem}.md" if folder else f"{stem}.md"


def edition_folder(edition: str) -> str:
    """The folder of an edition's articles, a name for each part of the edition's own."""
    return "/".join(_safe(part) for part in edition.split("/") if part)


def unique_name(name: str, names: set[str]) -> str:
    """``name``, or with a number behind it where a file system that folds case would mix two up.

    What is given out is added to ``names``, in folded case.
    """
    stem, n, out = name.removesuffix(".md"), 1, name
    while out.casefold() in names:
        n += 1
        out = f"{stem}-{n}.md"
    names.add(out.casefold())
    return out


def slug_of(headline: str) -> str:
    """The headline as part of a file's name: composed characters, no marks, at most 80 bytes."""
    text = unicodedata.normalize("NFC", headline)
    text = "".join(c if c.isalnum() else "-" for c in text)
    text = re.sub(r"-+", "-", text).strip("-")
    while len(text.encode("utf-8")) > _LONGEST_SLUG:
        text = text[:-1]
    return text.strip("-")


def _safe(part: str) -> str:
    part = _UNSAFE.sub("-", unicodedata.normalize("NFC", part)).strip(". ")
    return f"_{part}" if not part or _RESERVED.fullmatch(part) else part
