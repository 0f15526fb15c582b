"""The notebook in examples/ runs from its first cell to its last, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::RuntimeWarning")
def test_the_notebook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    kernel = tmp_path / "jupyter" / "kernels" / "here"
    kernel.mkdir(parents=True)
    launch = f'["{sys.executable}", "-m", "ipykernel_launcher", "-f", "{{connection_file}}"]'
    (kernel / "kernel.json").write_text(f'{{"argv": {launch}, "display_name": "here", "language": "python"}}')
    notebook = nbformat.read(tmp_path / "examples" / "explore.ipynb", as_version=4)
    nbformat.validate(notebook)
    client = NotebookClient(
        notebook, timeout=600, kernel_name="here", resources={"metadata": {"path": str(tmp_path / "examples")}}
    )
    client.execute()
    printed = [cell.outputs[-1] for cell in notebook.cells if cell.cell_type == "code"]
    assert printed[0].text == "Which array for ten decoding steps to one prompt?\n"
    designs = printed[1].data["text/plain"]
    assert designs.startswith("(64, 32, ")


def test_the_notebook_is_stored_without_outputs() -> None:
    notebook = nbformat.read(ROOT / "examples" / "explore.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
