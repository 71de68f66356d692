"""Runs one snippet in a kernel of its own and makes the record of that run."""

from __future__ import annotations

import ast
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError

from .kernel import MIME
from .record import Record, digest, key_of, processor
from .sections import Cell, Snippet, SourceError

KERNEL = Path(__file__).with_name("kernel.py")
REPORT_LIMIT = 20  # seconds for the runner's own last cell
NOT_FINITE = re.compile(r"(?<![\w.])[-+]?(nan|inf)(?![\w.])", re.IGNORECASE)

# What a run may see of the outside: enough to start, nothing that changes a result.
PASSED_ON = (
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "SSL_CERT_FILE",
)
STEADY = {
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JUPYTER_NO_CONFIG": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


class Kernel(AsyncKernelManager):  # type: ignore[misc]  # untyped upstream
    """A kernel that needs no installed kernel spec."""

    @property
    def kernel_spec(self) -> KernelSpec:
        # -P: the folder of kernel.py must not come first on the snippet's path.
        start = [sys.executable, "-P", str(KERNEL), "-f", "{connection_file}"]
        options = [
            "--InlineBackend.figure_formats={'svg'}",
            "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', 'metadata': {'Date': None}}",
            "--HistoryManager.enabled=False",
            "--InteractiveShell.colors=nocolor",
        ]
        return KernelSpec(
            argv=start + options, display_name="snippet", language="python"
        )


async def run(snippet: Snippet, root: Path) -> Record:
    """Runs `snippet` from the folder `root` and returns its record.

    Raises:
        SourceError: a section raised, printed to stderr, left a NaN, did not fail as declared; the process died;
            or the time limit passed.
    """
    started = time.time()
    deadline = time.monotonic() + snippet.time_limit
    notebook = _notebook(snippet)
    # One more cell, for the runner: it asks the kernel what the run left behind.
    notebook.cells.append(nbformat.v4.new_code_cell("%record", id="record"))
    client = NotebookClient(
        notebook,
        km=Kernel(),
        allow_errors=True,
        store_widget_state=False,
        record_timing=False,
        coalesce_streams=True,
        timeout_func=lambda cell: (
            REPORT_LIMIT
            if cell.id == "record"
            else max(0.1, deadline - time.monotonic())
        ),
    )
    client.log.setLevel("CRITICAL")
    with (
        _environment(snippet, root) as environment,
        Path(os.devnull).open("w") as nowhere,
    ):
        try:
            await client.async_start_new_kernel(
                cwd=str(root), env=environment, stderr=nowhere, stdout=nowhere
            )
            await client.async_start_new_kernel_client()
            for index, cell in enumerate(snippet.cells):
                await _run_cell(client, snippet, cell, index)
            report = await _report(client, snippet)
        finally:
            await _stop(client)
    notebook.cells.pop()
    _check_values(snippet, report["values"])
    return Record(
        name=snippet.name,
        key=key_of(snippet, root),
        notebook=notebook,
        values=report["values"],
        inputs={
            name: _digest_before(root / name, started) for name in report["inputs"]
        },
        provenance={
            "seed": _seed(snippet, report["values"]),
            "python": platform.python_version(),
            "packages": report["packages"],
            "processor": processor(),
            "seconds": round(time.time() - started, 1),
        },
    )


def _notebook(snippet: Snippet) -> Any:
    cells = [
        nbformat.v4.new_code_cell(
            cell.source,
            id=cell.name or f"cell-{index}",
            metadata={"section": cell.name} if cell.name else {},
        )
        for index, cell in enumerate(snippet.cells)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


async def _report(client: NotebookClient, snippet: Snippet) -> dict[str, Any]:
    """What `%record` tells of the run: values, inputs and versions."""
    last = len(client.nb.cells) - 1
    try:
        cell = await client.async_execute_cell(client.nb.cells[last], last)
        return dict(cell.outputs[0]["data"][MIME])
    except (CellTimeoutError, DeadKernelError, LookupError, AttributeError) as error:
        raise SourceError(
            snippet.path,
            None,
            f"the run ended, but its values could not be read ({type(error).__name__}).",
            "see what the last section leaves behind: a value that blocks, or a process that has ended.",
        ) from error


async def _run_cell(
    client: NotebookClient, snippet: Snippet, cell: Cell, index: int
) -> None:
    """Executes one cell and checks that what came out of it is what a program would have printed."""
    where = f"section '{cell.name}'" if cell.name else "the code between two sections"
    try:
        result = await client.async_execute_cell(client.nb.cells[index], index)
    except CellTimeoutError:
        raise SourceError(
            snippet.path,
            cell.first_line,
            f"{where} did not end within the snippet's {snippet.time_limit} s.",
            "make it shorter, or set another limit with a line '# time limit: 150 s'.",
        ) from None
    except DeadKernelError:
        raise SourceError(
            snippet.path,
            cell.first_line,
            f"the process died in {where} (killed, out of memory, or a crash in native code).",
            f"run 'python {snippet.path}' by itself to see how it ends.",
        ) from None
    result.metadata.pop("execution", None)
    errors = [output for output in result.outputs if output.output_type == "error"]
    for output in result.outputs:
        if output.output_type == "error" and output.ename != cell.raises:
            expected = f" instead of the declared {cell.raises}" if cell.raises else ""
            raise SourceError(
                snippet.path,
                _last_line(output.traceback, snippet) or cell.first_line,
                f"{where} raised {output.ename}{expected}.",
                f"mend it, or declare it on the section's first line: '# raises: {output.ename}'.",
                "\n".join(output.traceback),
            )
        if output.output_type == "stream" and output.name == "stderr":
            raise SourceError(
                snippet.path,
                cell.first_line,
                f"{where} wrote to stderr.",
                "mend what it warns of; a reader's page shows stdout only.",
                output.text,
            )
        if (
            output.output_type == "stream"
            and not cell.allows_nan
            and (match := NOT_FINITE.search(output.text))
        ):
            raise SourceError(
                snippet.path,
                cell.first_line,
                f"{where} printed '{match.group().strip()}'.",
                "mend the computation, or begin the section with '# allows: nan' if that is what it is there to show.",
                next(
                    line for line in output.text.splitlines() if NOT_FINITE.search(line)
                ),
            )
        if output.output_type == "execute_result":
            raise SourceError(
                snippet.path,
                cell.first_line + cell.source.count("\n"),
                f"{where} ends in a bare expression: a notebook would show its value, a program would not.",
                "print the value, or assign it.",
            )
    if cell.raises and not errors:
        raise SourceError(
            snippet.path,
            cell.first_line,
            f"{where} is declared to raise {cell.raises} but raised nothing.",
            "remove the declaration, or restore the failure that the chapter speaks of.",
        )


def _last_line(traceback: list[str], snippet: Snippet) -> int | None:
    """The line of the snippet that a traceback ends on."""
    lines = re.findall(
        rf'File "{re.escape(str(snippet.path))}", line (\d+)', "\n".join(traceback)
    )
    return int(lines[-1]) if lines else None


def _seed(snippet: Snippet, values: dict[str, Any]) -> Any:
    """What the snippet first assigns to `seed` or `seeds`; a loop may use the name again."""
    for statement in ast.parse(snippet.text).body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            name = getattr(statement.targets[0], "id", "")
            if name in ("seed", "seeds"):
                if isinstance(statement.value, ast.Constant):
                    return statement.value.value
                return values.get(name)
    return None


def _check_values(snippet: Snippet, values: dict[str, Any]) -> None:
    """No number that a sentence could name is a NaN or an infinity, unless its section is about that."""
    allowed = {
        node.id
        for cell in snippet.cells
        if cell.allows_nan
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    for name, value in values.items():
        if name not in allowed and NOT_FINITE.search(str(value)):
            raise SourceError(
                snippet.path,
                next(
                    (
                        n
                        for n, line in enumerate(snippet.text.splitlines(), 1)
                        if line.startswith(f"{name} =")
                    ),
                    None,
                ),
                f"the value '{name}' is or holds a NaN or an infinity.",
                "mend the computation, or begin its section with '# allows: nan' if that is what it is there to show.",
            )


@contextmanager
def _environment(snippet: Snippet, root: Path) -> Iterator[dict[str, str]]:
    """The environment of the run: the same on every machine, and nothing of the user's own IPython settings."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    with tempfile.TemporaryDirectory(prefix="snippet-") as scratch:
        yield {
            **passed,
            **STEADY,
            "IPYTHONDIR": scratch,
            "MATPLOTLIBRC": str(root / snippet.path.parent / "matplotlibrc"),
            "RUNNER_SNIPPET": str(snippet.path),
            "RUNNER_LINES": ",".join(str(cell.first_line) for cell in snippet.cells),
        }


async def _stop(client: NotebookClient) -> None:
    """Ends the kernel, at once and whatever state it is in."""
    if client.kc is not None:
        client.kc.stop_channels()
    if client.km is not None and client.km.has_kernel:
        await client.km.shutdown_kernel(now=True)


def _digest_before(path: Path, started: float) -> str:
    """The digest of an input, or a word that matches none if the file was edited while the snippet ran."""
    if path.exists() and path.stat().st_mtime > started:
        return "edited during the run"
    return digest(path)
