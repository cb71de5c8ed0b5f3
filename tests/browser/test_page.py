"""What a reviewer sees and does on the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

Opened = Callable[..., Chrome]


def texts(browser: Chrome, selector: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", ["same", "changed", "failed"])
def test_it_is_accessible_and_fits(opened: Opened, axe: str, name: str, width: int, scheme: str) -> None:
    browser = opened(name, width=width, scheme=scheme)
    browser.execute_script("document.querySelectorAll('details').forEach(each => each.open = true)")
    browser.execute_script(axe)
    found: Any = browser.execute_async_script("axe.run().then(arguments[0])")
    assert [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]] == []
    assert browser.execute_script("return document.documentElement.scrollWidth <= window.innerWidth")


def test_it_asks_nothing_of_the_network_and_logs_no_error(opened: Opened) -> None:
    browser = opened("changed")
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.get_log("browser") == []


def test_the_first_screen_says_passed_or_failed(opened: Opened) -> None:
    assert texts(opened("same"), "h1") == ["Policy report: passed"]
    browser = opened("failed")
    assert texts(browser, "h1") == ["Policy report: failed"]
    (finding,) = [text for text in texts(browser, "article") if text.startswith("TAP-REC-1")]
    assert "lib/constructs/ledger.py:" in finding


def test_nothing_changed(opened: Opened) -> None:
    assert "No permission changes." in opened("same").page_source


def test_what_changed_is_named(opened: Opened) -> None:
    browser = opened("changed")
    changes = texts(browser, "section[aria-labelledby=changes] tr.item")
    assert any("added" in row and "dynamodb:UpdateItem" in row and "role-processor-dev" in row for row in changes)
    assert sum("retention_in_days 400 365" in row for row in changes) >= 3


def test_a_filter_by_keyboard(opened: Opened) -> None:
    browser = opened("changed")
    body = browser.find_element(By.TAG_NAME, "body")
    everything = len(texts(browser, ".item"))
    body.send_keys("/")
    field = browser.switch_to.active_element
    field.send_keys("role-archiver s3:putobject")
    shown = texts(browser, ".item")
    assert 0 < len(shown) < everything
    assert any("s3:PutObject" in text for text in shown)
    field.send_keys(Keys.ESCAPE)
    assert len(texts(browser, ".item")) == everything


def test_a_link_leads_to_a_rule(opened: Opened) -> None:
    browser = opened("same", fragment="#rule-TAP-ENC-1")
    row = browser.find_element(By.ID, "rule-TAP-ENC-1")
    assert browser.execute_script("return document.querySelector(':target')") == row
    assert -1 <= row.rect["y"] - browser.execute_script("return window.scrollY") < 900


def test_what_a_stack_says_of_itself_is_text(opened: Opened, pages: dict[str, Path]) -> None:
    """A description with markup in it draws nothing: the template escapes every value."""
    source = pages["changed"].read_text()
    assert "<script" in source
    assert source.count("<script") == 1
    assert opened("changed").execute_script("return document.querySelectorAll('img, iframe, object, link').length") == 0
