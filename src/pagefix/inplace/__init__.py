"""Files mended in place, and put back."""

from pagefix.inplace.files import check_writable, excluded, find_files, replace_file
from pagefix.inplace.proofs import Proof, pull_proof
from pagefix.inplace.pulling import Named, pull_proofs
from pagefix.inplace.wayback import append_row, row_of, undo_ledger

__all__ = [
    "Named",
    "Proof",
    "append_row",
    "check_writable",
    "excluded",
    "find_files",
    "pull_proof",
    "pull_proofs",
    "replace_file",
    "row_of",
    "undo_ledger",
]
