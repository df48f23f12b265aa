"""What the documents point at exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fleet_app.settings import PROJECT_ROOT

DOCUMENTS = sorted([PROJECT_ROOT / "README.md", *(PROJECT_ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(document: Path):
    links = [link for link in LINK.findall(document.read_text("utf-8")) if "://" not in link]
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


def test_the_readme_names_every_command():
    readme = (PROJECT_ROOT / "README.md").read_text("utf-8")
    commands = ("demo", "up", "test", "doctor", "db upgrade", "user create", "map build",
                "simulate", "replay", "bench", "web", "worker", "dead-letters",
                "jobs", "jobs retry")  # fmt: skip
    assert [name for name in commands if f"`./fleet {name}" not in readme] == []


def test_every_pinned_package_has_a_reason():
    reasons = (PROJECT_ROOT / "docs" / "dependencies.md").read_text("utf-8")
    pinned = (PROJECT_ROOT / "requirements.txt").read_text("utf-8").splitlines()
    names = [re.split(r"[\[=;]", line)[0] for line in pinned if line and line[0] != "#"]
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", reasons)] == []
