"""What the tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from pagefix.rules import Rules, load_rules

# A loaded machine is no fault: the first example of a test may have to import numpy.
settings.register_profile("pagefix", deadline=None)
settings.load_profile("pagefix")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sample() -> Path:
    return ROOT / "seeds" / "2025-05-29" / "A02.md"
