"""The page to step through, clicked through in a headless browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd.drawing import labels
from tests.stepping_examples import EXAMPLES

pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--window-size=1100,900",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Chromium, with a profile of its own."""
    webdriver = pytest.importorskip("selenium.webdriver")
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("needs chromium and chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield found
    found.quit()


@pytest.fixture(params=list(EXAMPLES))
def opened(request: pytest.FixtureRequest, browser: Any, tmp_path: Path) -> tuple[Any, Any, dict[str, Any]]:
    """The browser with the page of an example, what was recorded, and the example's weights."""
    step, weights = EXAMPLES[request.param]()
    shown = autograd.step_through(step)
    browser.get(shown.save(tmp_path / "steps.html").as_uri())
    return browser, shown, weights


def text(browser: Any, selector: str) -> str:
    found: str = browser.find_element("css selector", selector).text
    return found


def box(browser: Any, name: str) -> Any:
    """The box whose title is, or begins with, a name."""
    return browser.execute_script(
        "return [...document.querySelectorAll('.box')]"
        ".find(b => b.querySelector('.title').textContent.split(' = ')[0] === arguments[0])",
        name,
    )


def keys(browser: Any, key: str) -> None:
    browser.find_element("css selector", "body").send_keys(key)


def test_it_loads_without_errors_and_is_not_blank(opened: Any) -> None:
    browser, shown, _ = opened
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert text(browser, "#say") == shown.frames[0]
    picture = browser.find_element("css selector", ".pictures").screenshot_as_png
    browser.execute_script("document.querySelector('svg').style.visibility = 'hidden'")
    blank = browser.find_element("css selector", ".pictures").screenshot_as_png
    assert len(picture) > 1.5 * len(blank)


def test_buttons_and_slider_change_the_picture(opened: Any) -> None:
    browser, shown, _ = opened
    last = len(shown.frames) - 1
    click = lambda name: browser.find_element("id", name).click()
    click("next")
    assert text(browser, "#say") == shown.frames[1]
    assert len(browser.find_elements("css selector", ".box.hot")) == 1
    click("back")
    assert text(browser, "#say") == shown.frames[0]
    click("last")
    assert text(browser, "#where") == f"{last} of {last}"
    click("first")
    assert text(browser, "#where") == f"0 of {last}"
    browser.execute_script("const s=document.getElementById('at'); s.value=3; s.dispatchEvent(new Event('input'))")
    assert text(browser, "#say") == shown.frames[3]


def test_play_runs_and_stops(opened: Any) -> None:
    browser, shown, _ = opened
    browser.find_element("id", "play").click()
    assert text(browser, "#say") == shown.frames[1]
    assert text(browser, "#play") == "Pause"
    browser.find_element("id", "play").click()
    assert text(browser, "#play") == "Play"


def test_the_keyboard_alone_will_do(opened: Any) -> None:
    browser, shown, _ = opened
    right, left, end, home = "\ue014", "\ue012", "\ue010", "\ue011"
    keys(browser, right)
    keys(browser, right)
    assert text(browser, "#say") == shown.frames[2]
    keys(browser, left)
    assert text(browser, "#say") == shown.frames[1]
    keys(browser, end)
    assert text(browser, "#say") == shown.frames[-1]
    keys(browser, home)
    assert text(browser, "#say") == shown.frames[0]
    browser.execute_script("document.querySelector('.box').focus()")
    assert text(browser, "#more").splitlines()[0] == browser.execute_script("return takes[0].boxes[0].title")


def test_the_numbers_shown_are_the_engines(opened: Any) -> None:
    browser, _, weights = opened
    browser.find_element("id", "last").click()
    for name, weight in weights.items():
        found = box(browser, name)
        value, grad = (
            browser.execute_script("return arguments[0].querySelector(arguments[1]).textContent", found, part)
            for part in (".value", ".grad")
        )
        whole = labels.array(weight.detach().numpy())
        assert value == (whole if len(whole) <= 28 else whole[:27] + "…")
        assert grad.startswith(f"grad {labels.array(weight.grad.numpy())}"[:27])
        browser.execute_script("arguments[0].focus()", found)
        told = text(browser, "#more")
        assert str(float(weight.grad.numpy().flat[0]))[:6] in told or "e-" in told


def test_values_appear_in_the_order_computed(opened: Any) -> None:
    browser, shown, _ = opened
    filled = "return [...document.querySelectorAll('.box .value')].filter(t => t.textContent).length"
    before = browser.execute_script(filled)
    forward = [i for i, frame in enumerate(shown.frames) if frame.startswith("Forward")]
    for _ in forward:
        browser.find_element("id", "next").click()
        now = browser.execute_script(filled)
        assert now == before + 1
        before = now


def test_no_text_leaves_its_box(opened: Any) -> None:
    browser, _, _ = opened
    browser.find_element("id", "last").click()
    wide = browser.execute_script(
        "return [...document.querySelectorAll('.box text')]"
        ".filter(t => t.getBBox().width > 204).map(t => t.textContent)"
    )
    assert wide == []


def test_no_line_goes_through_a_box(opened: Any) -> None:
    browser, _, _ = opened
    crossed = browser.execute_script("""
        const boxes = [...document.querySelectorAll('.box rect')].map(r => r.getBoundingClientRect());
        return [...document.querySelectorAll('.line')].filter(line => {
          const matrix = line.getScreenCTM(), length = line.getTotalLength();
          for (let s = 3; s < length - 3; s += 2) {
            const p = line.getPointAtLength(s).matrixTransform(matrix);
            if (boxes.some(b => p.x > b.left && p.x < b.right && p.y > b.top && p.y < b.bottom)) return true;
          }
          return false;
        }).length""")
    assert crossed == 0


def test_passes_of_a_training_loop(browser: Any, tmp_path: Path) -> None:
    step, _ = EXAMPLES["lecture"]()
    recorder = autograd.Recorder("Three passes")
    for _ in range(3):
        recorder.record(step)
    browser.get(recorder.save(tmp_path / "steps.html").as_uri())
    assert text(browser, "#which") == "1 of 3"
    browser.execute_script("const s=document.getElementById('take'); s.value=2; s.dispatchEvent(new Event('input'))")
    assert text(browser, "#which") == "3 of 3"
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_in_a_notebooks_frame(browser: Any, tmp_path: Path) -> None:
    step, _ = EXAMPLES["lecture"]()
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><body>{autograd.step_through(step)._repr_html_()}</body>", encoding="utf-8")
    browser.get(file.as_uri())
    browser.switch_to.frame(browser.find_element("css selector", "iframe"))
    browser.find_element("id", "next").click()
    assert text(browser, "#where") == "1 of 31"
    browser.switch_to.default_content()
