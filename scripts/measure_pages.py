"""
How quickly map pages open on a slow phone: each page of a folder in Chromium, offline, at 412 x 800.

    .venv/bin/python scripts/measure_pages.py maps/2026Q3/public [--page index.html] [--times 3] [--most 1.0]

Columns: size; requests beside the page itself, and what the console said, both of which must be 0; processor time of
the page's thread until the first view is painted and can be used, for what it draws afterwards when nothing else is to
do, and for one change of layer. Times are the least of some visits, times 6 as on a phone six times as slow; wall time
would measure what else the machine does. Ends with 1 where a page fails a bound.
"""

import argparse
import shutil
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import sync_playwright

SLOW_DOWN = 6
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"
IDLE = "new Promise((done) => setTimeout(done, 1000))"
SWITCHED = """() => {
    const list = document.getElementById("layer");
    list.selectedIndex = (list.selectedIndex + 1) % list.length;
    list.dispatchEvent(new Event("change"));
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append", help="only this file of the folder")
    parser.add_argument("--times", type=int, default=3, help="visits of each page, of which the quickest counts")
    parser.add_argument("--most", type=float, default=1.0, help="seconds until the first view that a page may take")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if browser is None:
        raise SystemExit("No Chromium or Chrome was found; install one and start again.")
    names = options.page or sorted(file.name for file in options.folder.glob("*.html"))
    failed = []
    print(f"{'page':34}     kB  asked  said  first s  idle s  switch s")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        for name in names:
            address = (options.folder / name).resolve().as_uri()
            asked, said, visits = [], [], []
            for _ in range(options.times):
                context = chromium.new_context(**PHONE, offline=True)
                page = context.new_page()
                page.on("request", lambda request, asked=asked: asked.append(request.url))
                page.on("console", lambda message, said=said: said.append(message.text))
                page.on("pageerror", lambda error, said=said: said.append(str(error)))
                meter = context.new_cdp_session(page)
                meter.send("Performance.enable", {"timeDomain": "threadTicks"})
                spent = []
                for step in (None, PAINTED, IDLE, SWITCHED):
                    if step == PAINTED:
                        page.goto(address, wait_until="domcontentloaded")
                    if step:
                        page.evaluate(step)
                    if step == SWITCHED:
                        page.evaluate(PAINTED)
                    found = meter.send("Performance.getMetrics")["metrics"]
                    spent.append(next(one["value"] for one in found if one["name"] == "TaskDuration"))
                visits.append([SLOW_DOWN * (after - before) for before, after in pairwise(spent)])
                context.close()
            foreign = [url for url in asked if url != address and not url.startswith("data:")]
            first, idle, switch = (min(times) for times in zip(*visits, strict=True))
            size = (options.folder / name).stat().st_size / 1000
            print(f"{name:34}{size:7.0f}{len(foreign):7}{len(said):6}{first:9.2f}{idle:8.2f}{switch:10.2f}", flush=True)
            if foreign or said or first > options.most:
                failed.append(name)
        chromium.close()
    if failed:
        raise SystemExit(f"Over a bound: {', '.join(failed)}")


if __name__ == "__main__":
    main()
