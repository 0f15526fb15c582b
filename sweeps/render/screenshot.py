"""A picture of the report, taken by a headless Chromium if there is one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from hwsim.errors import HwsimError, MissingToolError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
SIZE = (1400, 1560)
SECONDS = 120


class ScreenshotError(HwsimError, RuntimeError):
    """The browser ran and made no picture."""


def find_browser() -> str:
    """Path of a Chromium; raises MissingToolError with what brings one."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise MissingToolError("no Chromium was found to take a picture with; `apt-get install chromium` brings one")


def take(page: Path, picture: Path, size: tuple[int, int] = SIZE, dark: bool = False) -> None:
    """Write ``picture`` (PNG, width x height of ``size``) of the page; raises MissingToolError or ScreenshotError."""
    browser = find_browser()
    picture.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hwsim-browser-") as profile:
        taken = Path(profile) / "page.png"  # an older picture in its place must not pass for this one
        command = [
            browser,
            *QUIET,
            *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []),
            f"--user-data-dir={profile}",
            f"--window-size={size[0]},{size[1]}",
            f"--screenshot={taken}",
            page.resolve().as_uri(),
        ]
        ended = _run(command)
        if not taken.is_file():
            raise ScreenshotError(f"{browser} made no picture of {page} ({ended})")
        shutil.copyfile(taken, picture)


def _run(command: list[str]) -> str:
    """Run the browser and return how it ended."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"not within {SECONDS} s"
    except OSError as error:
        return str(error.strerror)
    return f"exit code {done.returncode}"
