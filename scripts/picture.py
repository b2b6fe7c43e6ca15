"""
Take the picture of a map page, as the README shows it: a headless Chromium with the network off.

    python scripts/picture.py maps/n21e105-2026Q3.html maps/n21e105-2026Q3.png [--width 1280 --height 800]
"""

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--width", type=int, default=1280)
    parser.add_argument("--height", type=int, default=800)
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if browser is None:
        raise SystemExit("No Chromium or Chrome was found; install one and start again.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        size = {"width": options.width, "height": options.height}
        tab = chromium.new_context(viewport=size, offline=True).new_page()
        tab.goto(options.page.resolve().as_uri())
        tab.wait_for_timeout(1500)
        tab.screenshot(path=options.picture)
        chromium.close()


if __name__ == "__main__":
    main()
