"""What keeps people out of a page, once it has stopped moving."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

_AT_REST = """() => Promise.race([
  new Promise((done) => setTimeout(done, 5000)),
  (async () => {
    const ends = (one) => one.effect?.getComputedTiming().endTime !== Infinity;
    const moving = () => document.getAnimations().filter(
      (one) => one.playState === "running" && ends(one));
    const frame = () => new Promise((done) => requestAnimationFrame(() => done()));
    do { await frame(); await frame(); } while (moving().length);
  })(),
])"""
"""Half-way through a transition colours are neither those before nor those after it."""


async def no_barrier(page: Page) -> None:
    """Assert that axe finds nothing serious or critical on the page as it is now."""
    await page.evaluate(_AT_REST)
    found = await Axe().run(page)
    serious = [one for one in found.response["violations"] if one["impact"] in _GRAVE]
    told = [(one["id"], [node["html"][:160] for node in one["nodes"]]) for one in serious]
    assert not serious, (page.url, told)


_GRAVE = {"serious", "critical"}
