"""The command line: a thin face on the library, and the exit codes of the contract."""

from __future__ import annotations

import os
import sys

from pagefix.cli.commands import cli
from pagefix.errors import PagefixError

# Numpy's linear algebra would start a thread a core in every process, and none of it is used here: importing
# numpy takes a third less so.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
_INTERRUPTED = 130
_CRASHED = 70


def main(arguments: list[str] | None = None) -> None:
    """Runs the command and exits.

    0 done; 1 a check found something; 2 usage; 3 pages set aside; 130 interrupted.  A crash exits
    with 70 (EX_SOFTWARE), never with 1.
    """
    import click

    try:
        code = cli.main(args=arguments, prog_name="pagefix", standalone_mode=False)
    except PagefixError as fault:
        _say(f"pagefix: {fault}")
        code = fault.exit_code
    except click.exceptions.Abort:
        _say("pagefix: interrupted")
        code = _INTERRUPTED
    except click.ClickException as fault:
        fault.show()
        code = 2
    except KeyboardInterrupt:
        _say("pagefix: interrupted")
        code = _INTERRUPTED
    except SystemExit:
        # click's own answer to a reader that went away; whoever read our output has seen enough.
        code = 0
    except Exception as fault:
        _say(
            f"pagefix: {type(fault).__name__}: {fault} (a fault of pagefix's own: please report this message)"
        )
        code = _CRASHED
    sys.exit(code if isinstance(code, int) else 0)


def _say(message: str) -> None:
    print(message, file=sys.stderr)
