"""Boxes are drawn in a real Chromium: with the mouse, with fingers, with the keyboard alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait

from mturk.question.html_question import HTMLQuestion
from tests.rendering.conftest import Site

Point = tuple[float, float]
Box = dict[str, Any]

# Where a point of the picture lies in the window.
PLACE = """const frame = canvas.getBoundingClientRect();
return arguments[0].map(([x, y]) => [frame.left + canvas.clientLeft + view.left + x * view.scale,
                                     frame.top + canvas.clientTop + view.top + y * view.scale]);"""

# What a pointer does before a page is painted is lost.
PAINTED = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)));"


class Desk:
    """The page, with the picture of 200 by 120 pixels on it."""

    def __init__(self, browser: WebDriver, site: Site) -> None:
        self.browser, self.site = browser, site
        page = HTMLQuestion.from_template("mturk/bounding_box.html", image="/picture.png", labels=["cat", "dog"])
        site.open(browser, page.html, "3ASSIGNMENT")
        WebDriverWait(browser, 10).until(lambda _: self.find("#image_width").get_attribute("value"))
        browser.execute_script("canvas.scrollIntoView({ block: 'center' })")
        browser.execute_async_script(PAINTED)

    def find(self, selector: str) -> Any:
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def press(self, *buttons: str) -> None:
        for name in buttons:
            self.find(f"#{name}").click()

    def keys(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.browser, duration=0).send_keys(key).perform()

    def with_control(self, *keys: str) -> None:
        ActionChains(self.browser).key_down(Keys.CONTROL).send_keys(*keys).key_up(Keys.CONTROL).perform()

    def window(self, *points: Point) -> list[Point]:
        return [(x, y) for x, y in self.browser.execute_script(PLACE, points)]

    def drag(self, *points: Point, button: str = "left") -> None:
        for at, (x, y) in enumerate(self.window(*points)):
            kind = "mouseMoved" if at else "mousePressed"
            self._mouse(kind, x, y, button)
        self._mouse("mouseReleased", x, y, button)

    def tap(self, point: Point) -> None:
        self.drag(point)

    def _mouse(self, kind: str, x: float, y: float, button: str) -> None:
        held = 1 if button == "left" else 4
        press = {"type": kind, "x": x, "y": y, "button": button, "buttons": held, "clickCount": 1}
        self.browser.execute_cdp_cmd("Input.dispatchMouseEvent", press)  # type: ignore[attr-defined] # Chromium has it

    def wheel(self, point: Point, down: int, *, control: bool = False) -> None:
        ((x, y),) = self.window(point)
        turn = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down, "modifiers": 2 if control else 0}
        self.browser.execute_cdp_cmd("Input.dispatchMouseEvent", turn)  # type: ignore[attr-defined] # Chromium has it

    def touch(self, *steps: list[Point]) -> None:
        """Fingers on the picture, step by step, and off it again."""
        fingers = 0
        for window in [self.window(*step) for step in steps]:
            kind = "touchStart" if len(window) > fingers else "touchMove"
            fingers = len(window)
            self._touch(kind, [{"x": x, "y": y, "id": finger} for finger, (x, y) in enumerate(window)])
        for finger in reversed(range(fingers)):
            x, y = window[0]
            self._touch("touchEnd", [{"x": x, "y": y, "id": 0}] if finger else [])

    def _touch(self, kind: str, points: list[dict[str, float]]) -> None:
        touch = {"type": kind, "touchPoints": points}
        self.browser.execute_cdp_cmd("Input.dispatchTouchEvent", touch)  # type: ignore[attr-defined] # Chromium has it

    @property
    def zoom(self) -> float:
        return float(self.browser.execute_script("return view.zoom"))

    @property
    def boxes(self) -> list[Box]:
        return list(json.loads(self.find("#boxes").get_attribute("value")))

    @property
    def box(self) -> Any:
        """The one box, within a pixel."""
        (box,) = self.boxes
        assert list(box) == ["label", "width", "height", "left", "top"]
        return [box[side] for side in ("left", "top", "width", "height")]


def near(*sides: float) -> Any:
    return pytest.approx(list(sides), abs=1)


@pytest.fixture
def desk(browser: WebDriver, site: Site) -> Desk:
    return Desk(browser, site)


@pytest.fixture
def phone(browser: WebDriver, site: Site) -> Iterator[Desk]:
    """In a tab of its own, because Chromium loses the first touch of a page that is opened after two fingers."""
    before = browser.current_window_handle
    browser.switch_to.new_window("tab")
    size = {"width": 390, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)  # type: ignore[attr-defined] # Chromium has it
    fingers = {"enabled": True, "maxTouchPoints": 2}
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", fingers)  # type: ignore[attr-defined] # as above
    yield Desk(browser, site)
    browser.close()
    browser.switch_to.window(before)


def test_the_label_is_chosen_first_and_the_next_box_has_it(desk: Desk) -> None:
    desk.drag((10, 10), (50, 50))
    desk.find("#labels label:last-child").click()
    desk.drag((110, 10), (150, 50))
    assert [box["label"] for box in desk.boxes] == ["cat", "dog"]


def test_the_chosen_label_is_no_answer(desk: Desk) -> None:
    desk.drag((60, 30), (140, 90))
    desk.find("button[type=submit]").click()
    fields = desk.site.posted(desk.browser)
    assert list(fields) == ["assignmentId", "boxes", "image_width", "image_height"]
    assert json.loads(fields["boxes"]) == [
        {"label": "cat", "width": 80, "height": 60, "left": 60, "top": 30},
    ]


@pytest.mark.parametrize(
    ("start", "end", "sides"),
    [
        ((60, 30), (40, 20), (40, 20, 100, 70)),
        ((140, 30), (150, 20), (60, 20, 90, 70)),
        ((60, 90), (50, 100), (50, 30, 90, 70)),
        ((140, 90), (150, 100), (60, 30, 90, 70)),
        ((60, 60), (40, 70), (40, 30, 100, 60)),
        ((140, 60), (150, 70), (60, 30, 90, 60)),
        ((100, 30), (90, 20), (60, 20, 80, 70)),
        ((100, 90), (90, 100), (60, 30, 80, 70)),
        ((140, 90), (500, 500), (60, 30, 140, 90)),
        ((140, 90), (20, 10), (20, 10, 40, 20)),
        ((100, 60), (110, 70), (70, 40, 80, 60)),
        ((100, 60), (500, 500), (120, 60, 80, 60)),
    ],
)
def test_a_box_is_moved_by_its_middle_and_sized_by_its_corners_and_edges(
    desk: Desk, start: Point, end: Point, sides: tuple[float, ...]
) -> None:
    desk.drag((60, 30), (140, 90))
    desk.drag(start, end)
    assert desk.box == near(*sides)


def test_a_tap_chooses_the_smallest_box_there_or_none(desk: Desk) -> None:
    desk.drag((20, 10), (180, 110))
    desk.tap((5, 5))
    assert not desk.find("#remove").is_enabled()
    desk.drag((60, 30), (100, 60))  # in the first, which is not chosen now
    desk.tap((5, 5))
    desk.tap((80, 45))
    desk.press("remove")
    assert desk.box == near(20, 10, 160, 100)


def test_what_was_done_is_taken_back_and_done_again(desk: Desk) -> None:
    desk.drag((60, 30), (140, 90))
    desk.drag((100, 60), (110, 70))
    desk.press("remove", "undo")
    assert desk.box == near(70, 40, 80, 60)
    desk.press("undo")
    assert desk.box == near(60, 30, 80, 60)
    desk.press("undo")
    assert desk.boxes == []
    assert not desk.find("#undo").is_enabled()
    desk.press("redo", "redo")
    assert desk.box == near(70, 40, 80, 60)
    desk.drag((10, 10), (30, 20))
    assert not desk.find("#redo").is_enabled(), "what was taken back cannot be done again after something else"


def test_the_keyboard_alone_chooses_draws_takes_back_and_zooms(desk: Desk) -> None:
    desk.find("#labels input").send_keys("2")
    desk.keys("n")
    made = [{"label": "dog", "width": 50, "height": 30, "left": 75, "top": 45}]
    assert desk.boxes == made
    desk.keys(Keys.ARROW_RIGHT)
    desk.with_control("z")
    assert desk.boxes == made
    desk.with_control("y")
    assert desk.box == [77, 45, 50, 30]
    desk.keys("+", "+")
    assert desk.zoom == pytest.approx(2.25)
    desk.keys("n")
    assert desk.boxes[1]["width"] == 22  # a quarter of what is seen
    desk.keys("0", Keys.DELETE, Keys.DELETE)
    assert (desk.zoom, desk.boxes) == (1, [])


def test_enter_beside_the_picture_submits_nothing(desk: Desk) -> None:
    desk.drag((60, 30), (140, 90))
    desk.find("#labels input").send_keys(Keys.ENTER)
    field = desk.find("[data-side=left]")
    field.clear()
    field.send_keys("20", Keys.ENTER)
    assert desk.box == near(20, 30, 80, 60)
    assert desk.site.posts == []


def test_coordinates_are_those_of_the_picture_whatever_the_zoom(desk: Desk) -> None:
    desk.press("in", "in", "in")
    assert desk.zoom == pytest.approx(3.375)
    desk.drag((80, 50), (110, 70))
    assert desk.box == near(80, 50, 30, 20)
    desk.press("out")
    desk.drag((110, 70), (120, 80))
    assert desk.box == near(80, 50, 40, 30)
    desk.press("whole")
    assert desk.zoom == 1


def test_the_wheel_zooms_with_control_where_it_points_and_moves_a_larger_picture(desk: Desk) -> None:
    before = desk.window((50, 40))
    desk.wheel((50, 40), -100, control=True)
    assert desk.zoom == pytest.approx(1.65, abs=0.01)
    assert desk.window((50, 40))[0] == pytest.approx(before[0], abs=1)
    desk.wheel((100, 60), 50)
    assert desk.window((50, 40))[0][1] == pytest.approx(before[0][1] - 50, abs=1)
    assert desk.browser.execute_script("return visualViewport.scale") == 1


def test_the_middle_button_moves_a_larger_picture_and_draws_nothing(desk: Desk) -> None:
    desk.press("in", "in")
    before = desk.window((100, 60))[0]
    desk.drag((100, 60), (110, 70), button="middle")
    unit = desk.browser.execute_script("return view.scale")
    assert desk.window((100, 60))[0] == pytest.approx((before[0] + 10 * unit, before[1] + 10 * unit), abs=1)
    assert desk.boxes == []


def test_a_finger_draws_and_moves_and_sizes(phone: Desk) -> None:
    phone.touch([(60, 30)], [(100, 60)], [(140, 90)])
    assert phone.box == near(60, 30, 80, 60)
    phone.touch([(100, 60)], [(105, 65)], [(110, 70)])
    assert phone.box == near(70, 40, 80, 60)
    phone.touch([(150, 100)], [(155, 105)], [(160, 110)])
    assert phone.box == near(70, 40, 90, 70)


def test_two_fingers_zoom_and_draw_nothing(phone: Desk) -> None:
    phone.touch([(90, 60)], [(90, 60), (110, 60)], [(80, 60), (120, 60)], [(70, 60), (130, 60)])
    assert phone.zoom == pytest.approx(3, abs=0.1)
    assert phone.boxes == []
    phone.touch([(90, 50)], [(100, 60)], [(110, 70)])
    assert phone.box == near(90, 50, 20, 20)


def test_a_second_finger_gives_a_box_back_its_place(phone: Desk) -> None:
    phone.touch([(60, 30)], [(140, 90)])
    phone.touch([(100, 60)], [(120, 70)], [(120, 70), (150, 70)], [(110, 70), (160, 70)])
    assert phone.box == near(60, 30, 80, 60)


def test_a_finger_scrolls_the_page_in_a_preview_only(phone: Desk) -> None:
    action = "return getComputedStyle(canvas).touchAction"
    assert phone.browser.execute_script(action) == "none"
    phone.site.open(phone.browser, phone.site.pages["/task"], "ASSIGNMENT_ID_NOT_AVAILABLE")
    assert phone.browser.execute_script(action) == "auto"


def test_a_picture_that_cannot_be_loaded_is_never_said_to_hold_nothing(browser: WebDriver, site: Site) -> None:
    page = HTMLQuestion.from_template("mturk/bounding_box.html", image="data:image/png,x", labels=["cat"])
    site.open(browser, page.html, "3ASSIGNMENT")
    browser.find_element(By.ID, "nothing").click()
    browser.find_element(By.CSS_SELECTOR, "button[type=submit]").click()
    assert "cannot be loaded" in browser.find_element(By.ID, "alarm").text
    assert site.posts == []
