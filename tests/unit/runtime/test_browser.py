"""The browser for tests: it starts, draws WebGL 2, and has fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from fleet_app.runtime.browser import ensure_chromium, installed


async def test_it_draws_webgl_and_text(browser: Browser) -> None:
    context = await browser.new_context()
    page = await context.new_page()
    await page.set_content("<canvas id=c></canvas><h1 id=t style='display:inline'>Ääkkönen</h1>")
    webgl = "document.getElementById('c').getContext('webgl2').getParameter(7938)"
    assert "WebGL 2" in await page.evaluate(webgl)
    width = "document.getElementById('t').getBoundingClientRect().width"
    assert await page.evaluate(width) > 50
    await context.close()


def test_a_configured_browser_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLEET_CHROMIUM", "/somewhere/chrome")
    found = installed(tmp_path)
    assert found is not None
    assert found.path == Path("/somewhere/chrome")


def test_a_browser_that_does_not_start_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FLEET_CHROMIUM", "/nowhere/chrome")
    with pytest.raises(RuntimeError, match="starting /nowhere/chrome failed"):
        ensure_chromium(tmp_path / "missing")
    monkeypatch.setenv("FLEET_CHROMIUM", "/bin/false")
    with pytest.raises(RuntimeError, match="starting /bin/false failed"):
        ensure_chromium(tmp_path / "failing")
