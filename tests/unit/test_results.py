"""Each command replaces its own section of benchmarks/RESULTS.md."""

from __future__ import annotations

from pathlib import Path

from benchmarks.results import FILE, table, write_section


def test_a_section_replaces_the_one_with_its_title(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    for title, line in (("A", "one"), ("B", "two"), ("A", "three")):
        write_section(title, "make a", [line], file)
    text = file.read_text()
    assert text.startswith("# Benchmarks\n\n## A\n\nWritten by `make a` on ")
    assert "three" in text.partition("## B")[0]
    assert "one" not in text
    assert text.endswith("two\n")


def test_the_other_sections_stay_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "RESULTS.md"
    file.write_text(FILE.read_text())
    write_section("Added", "make a", table([{"what": "a", "s": "1"}]), file)
    assert file.read_text().startswith(FILE.read_text())
    assert file.read_text().endswith("what | s\n--- | ---\na | 1\n")
