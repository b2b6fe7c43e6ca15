"""
How quickly map pages open on a slow phone: each page of a folder in Chromium, offline, at 412 x 800.

    .venv/bin/python scripts/measure_pages.py maps/2026Q3/public [--page index.html] [--times 5] [--most 1.0] [--x6]

A page can be used when its first screen has been handed to the display and everything on it answers: search, the worst
places, language, tabs and the choice of layers. The map below is made after that, and at once where a tap asks for it;
it is there when its communes are painted in their colours. Both are asked for when the page says so. Names, roads and
marks follow in steps.

Columns: size; requests beside the page itself, and what the console said, both of which must be 0; seconds on the clock
from the start of loading until the page can be used and until the map is there, as the machine is and with the
processor slowed six times by Chromium, each the median of the visits; processor time of the page's thread until then,
not slowed, least and times 6: where other work loads the machine the clock tells of that too; the longest step after
the page can be used, during which a finger waits, slowed too; processor time of one change of layer, times 6. The first
row is a page without content: what Chromium itself takes. With --x6 only the slowed clock is read, for many pages.
Ends with 1 where a page fails a bound.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

SLOW_DOWN = 6
PHONE = {"viewport": {"width": 412, "height": 800}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
EMPTY = '<!DOCTYPE html><html lang="vi"><meta charset="utf-8"><title>.</title><p>.</p>'
# Idle time can be held back: then the cost of the first view is told apart from that of the map.
WATCH = """(() => {
    const held = [], idle = window.requestIdleCallback.bind(window);
    let open = !HELD;
    window.requestIdleCallback = (work, options) => (open ? idle(work, options) : held.push(work));
    window.goOn = () => { open = true; held.splice(0).forEach((work) => idle(work)); };
    window.longest = 0;
    document.addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => {
        const after = new MessageChannel();
        after.port1.onmessage = () => {
            window.usable = performance.now();
            const seen = ({ duration }) => { longest = Math.max(longest, duration); };
            new PerformanceObserver((list) => list.getEntries().forEach(seen)).observe({ type: "longtask" });
        };
        after.port2.postMessage(0);
    }));
})()"""
USABLE = """new Promise((done) => {
    const ask = () => (window.usable ? done(window.usable / 1000) : setTimeout(ask, 5));
    ask();
})"""
MAP = """new Promise((done) => {
    const seen = () => requestAnimationFrame(() => setTimeout(() => done(performance.now() / 1000), 0));
    const ask = () => (performance.getEntriesByName("phusong:map").length ? seen() : setTimeout(ask, 5));
    ask();
})"""
SETTLED = "new Promise((done) => setTimeout(() => done(longest / 1000), 3000))"
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))"
ANSWERS = """() => {
    const field = document.getElementById("find-field"), list = document.getElementById("find-list");
    if (document.documentElement.className === "plain" || !document.getElementById("layer").length) return false;
    field.value = "a";
    field.dispatchEvent(new Event("input"));
    const found = list.childElementCount > 0;
    field.value = "";
    field.dispatchEvent(new Event("input"));
    return found;
}"""
DRAWN = """() => {
    const ground = document.querySelector(".leaflet-ground-pane canvas");
    if (document.documentElement.className || !ground) return false;
    const { data } = ground.getContext("2d").getImageData(0, 0, ground.width, ground.height);
    return new Set(new Uint32Array(data.buffer)).size > 2;
}"""
SWITCHED = """() => {
    const list = document.getElementById("layer");
    list.selectedIndex = (list.selectedIndex + 1) % list.length;
    list.dispatchEvent(new Event("change"));
}"""


class Visits:
    """Visits to one page, each in a browser window of its own."""

    def __init__(self, chromium, address):
        self.chromium, self.address = chromium, address
        self.asked, self.said, self.unready = [], [], 0
        self.times = {name: [] for name in ("clock", "map", "x6", "map x6", "cpu", "map cpu", "longest", "switch")}

    def opened(self, slow_down, held):
        """A window that has loaded nothing yet, and a meter of it."""
        context = self.chromium.new_context(**PHONE, offline=True)
        context.add_init_script(WATCH.replace("HELD", "true" if held else "false"))
        page = context.new_page()
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        meter = context.new_cdp_session(page)
        meter.send("Performance.enable", {"timeDomain": "threadTicks"})
        meter.send("Emulation.setCPUThrottlingRate", {"rate": slow_down})
        page.goto(self.address, wait_until="commit")
        return context, page, meter

    def spent(self, meter):
        """Processor seconds of the page's thread so far."""
        return next(m["value"] for m in meter.send("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration")

    def by_clock(self, slow_down, settled=True):
        """One visit by the clock."""
        context, page, _ = self.opened(slow_down, held=False)
        slow = " x6" if slow_down > 1 else ""
        self.times["x6" if slow else "clock"].append(page.evaluate(USABLE))
        self.times["map" + slow].append(page.evaluate(MAP) if page.locator("#map-script").count() else 0.0)
        if slow and settled:
            self.times["longest"].append(page.evaluate(SETTLED))
        context.close()

    def by_processor(self):
        """One visit in processor time: what until the page can be used, until the map is there, for another layer."""
        context, page, meter = self.opened(1, held=True)
        page.evaluate(USABLE)
        self.times["cpu"].append(SLOW_DOWN * self.spent(meter))
        if page.locator("#map-script").count():
            self.unready += not page.evaluate(ANSWERS)
            page.evaluate("goOn()")
            page.evaluate(MAP)
            self.times["map cpu"].append(SLOW_DOWN * self.spent(meter))
            self.unready += not page.evaluate(DRAWN)
            page.evaluate(SETTLED)
            start = self.spent(meter)
            page.evaluate(SWITCHED)
            page.evaluate(PAINTED)
            self.times["switch"].append(SLOW_DOWN * (self.spent(meter) - start))
        context.close()

    def row(self, name, size_kb):
        """Print the row of the page, and say whether it asked or said anything, or was not ready when it said so."""
        foreign = [url for url in self.asked if url != self.address and not url.startswith("data:")]
        least = {"cpu", "map cpu", "switch"}
        told = "".join(
            f"{(min if column in least else median)(found or [0.0]):9.2f}" for column, found in self.times.items()
        )
        print(f"{name:34}{size_kb:6.0f}{len(foreign):7}{len(self.said):6}{told}", flush=True)
        return bool(foreign or self.said or self.unready)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--page", action="append", help="only this file of the folder")
    parser.add_argument("--times", type=int, default=5, help="visits of each page and speed")
    parser.add_argument("--most", type=float, default=1.0, help="seconds on the clock that a slowed page may take")
    parser.add_argument("--x6", action="store_true", help="only the times of slowed visits")
    options = parser.parse_args()
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if browser is None:
        raise SystemExit("No Chromium or Chrome was found; install one and start again.")
    names = options.page or sorted(file.name for file in options.folder.glob("*.html"))
    failed = []
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    columns = "".join(f"{column:>9}" for column in Visits(None, "").times)
    print(f"{'page':34}    kB  asked  said{columns}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as beside:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        (Path(beside) / "empty.html").write_text(EMPTY, "utf-8")
        for file in [Path(beside) / "empty.html", *(options.folder / name for name in names)]:
            visits = Visits(chromium, file.resolve().as_uri())
            for _ in range(options.times):
                visits.by_clock(SLOW_DOWN, settled=not options.x6)
                if not options.x6:
                    visits.by_processor()
                    visits.by_clock(1)
            wrong = visits.row(file.name, file.stat().st_size / 1000)
            if file.name != "empty.html" and (wrong or median(visits.times["x6"]) > options.most):
                failed.append(file.name)
        chromium.close()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    if failed:
        raise SystemExit(f"Over a bound, or not ready when it said so: {', '.join(failed)}")


if __name__ == "__main__":
    main()
