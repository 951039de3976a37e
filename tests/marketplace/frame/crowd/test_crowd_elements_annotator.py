"""Boxes, points and lines on a picture of 200 by 120 pixels: drawn with a pointer, with a finger, with keys alone."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.interaction import POINTER_TOUCH
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.marketplace.frame.crowd.conftest import PAINTED, Desk

Point = tuple[int, int]

SIZE = {"height": 120, "width": 200}
PLACE = """const { picture } = document.querySelector(arguments[0]);
const frame = picture.sheet.getBoundingClientRect();
return arguments[1].map(([x, y]) => [frame.left + x * picture.scale, frame.top + y * picture.scale]);"""


class Easel:
    """A widget with the picture on it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def open(self, tag: str, labels: str = "['cat', 'dog']", more: str = "") -> None:
        self.desk.open(self._widget(tag, labels, more))
        self.wait()

    def open_later(self, tag: str, more: str) -> None:
        """Add the widget to a page that has loaded, so that its pictures are not waited for."""
        self.desk.open("<div></div>")
        put = "document.querySelector('crowd-form div').innerHTML = arguments[0]"
        self.desk.run(put, self._widget(tag, "['cat', 'dog']", more))
        self.wait()

    def _widget(self, tag: str, labels: str, more: str) -> str:
        self.tag = f"crowd-{tag}"
        return f'<{self.tag} name="found" src="/picture.png" labels="{labels}" {more}></{self.tag}>'

    def wait(self) -> None:
        WebDriverWait(self.desk.browser, 10).until(
            lambda _: self.desk.run("return document.querySelector(arguments[0]).picture.width", self.tag)
        )
        self.desk.run("document.querySelector(arguments[0]).scrollIntoView()", self.tag)
        self.desk.browser.execute_async_script(PAINTED)

    def window(self, *points: Point) -> list[tuple[float, float]]:
        return [(x, y) for x, y in self.desk.run(PLACE, self.tag, points)]

    def drag(self, *points: Point) -> None:
        actions = ActionBuilder(self.desk.browser, duration=0)
        for at, (x, y) in enumerate(self.window(*points)):
            actions.pointer_action.move_to_location(round(x), round(y))
            if at == 0:
                actions.pointer_action.pointer_down()
        actions.pointer_action.pointer_up()
        actions.perform()

    def swipe(self, *points: Point) -> None:
        """A drag with a finger."""
        finger = PointerInput(POINTER_TOUCH, "finger")
        actions = ActionBuilder(self.desk.browser, mouse=finger, duration=0)
        for at, (x, y) in enumerate(self.window(*points)):
            actions.pointer_action.move_to_location(round(x), round(y))
            if at == 0:
                actions.pointer_action.pointer_down()
        actions.pointer_action.pointer_up()
        actions.perform()

    def click(self, *points: Point) -> None:
        for point in points:
            self.drag(point)

    def keys(self, *keys: str) -> None:
        self.desk.run("document.querySelector(arguments[0]).focus()", self.tag)
        self.desk.keys(*keys)

    def shifted(self, *keys: str) -> None:
        for key in keys:
            ActionChains(self.desk.browser, duration=0).key_down(Keys.SHIFT).send_keys(key).key_up(Keys.SHIFT).perform()

    def press(self, part: str) -> None:
        self.desk.click(f"{self.tag} >> {part}")

    def fill(self, member: str, value: int) -> None:
        field = self.desk.find(f"{self.tag} >> [data-member={member}]")
        field.clear()
        field.send_keys(f"{value}{Keys.TAB}")

    def found(self) -> Any:
        (answer,) = self.desk.submitted().values()
        assert answer.pop("inputImageProperties") == SIZE
        return answer

    def value(self) -> Any:
        return self.desk.run("return document.querySelector(arguments[0]).value", self.tag)


@pytest.fixture
def easel(desk: Desk) -> Easel:
    return Easel(desk)


def box(label: str, left: int, top: int, width: int, height: int) -> dict[str, Any]:
    return {"height": height, "label": label, "left": left, "top": top, "width": width}


def path(label: str, *points: Point) -> dict[str, Any]:
    return {"label": label, "vertices": [{"x": x, "y": y} for x, y in points]}


def test_nothing_drawn_is_an_empty_list(easel: Easel) -> None:
    """With the size of the picture."""
    easel.open("bounding-box")
    assert easel.found() == {"boundingBoxes": []}


@pytest.mark.parametrize("corners", [[(20, 30), (90, 80)], [(90, 80), (20, 30)], [(20, 80), (50, 50), (90, 30)]])
def test_a_box_is_dragged_from_any_corner(easel: Easel, corners: list[Point]) -> None:
    """In pixels of the picture."""
    easel.open("bounding-box")
    easel.drag(*corners)
    assert easel.found() == {"boundingBoxes": [box("cat", 20, 30, 70, 50)]}


def test_a_box_is_two_clicks_as_well(easel: Easel) -> None:
    """For a person who cannot drag."""
    easel.open("bounding-box")
    easel.click((20, 30), (90, 80))
    assert easel.found() == {"boundingBoxes": [box("cat", 20, 30, 70, 50)]}


def test_a_box_is_drawn_with_a_finger(easel: Easel) -> None:
    """The page does not scroll under it."""
    easel.open("bounding-box")
    easel.swipe((20, 30), (60, 60), (90, 80))
    assert easel.found() == {"boundingBoxes": [box("cat", 20, 30, 70, 50)]}


def test_boxes_have_the_label_that_was_chosen(easel: Easel) -> None:
    """By a number key, or by a click; one may lie within another."""
    easel.open("bounding-box")
    easel.drag((10, 10), (110, 110))
    easel.keys("2")
    easel.drag((30, 30), (60, 60))
    easel.press("#labels label")
    easel.drag((120, 10), (190, 50))
    assert easel.found() == {
        "boundingBoxes": [box("cat", 10, 10, 100, 100), box("dog", 30, 30, 30, 30), box("cat", 120, 10, 70, 40)]
    }


def test_a_box_ends_at_the_edge_of_the_picture(easel: Easel) -> None:
    """Wherever the pointer goes."""
    easel.open("bounding-box")
    easel.drag((150, 90), (230, 140))
    assert easel.found() == {"boundingBoxes": [box("cat", 150, 90, 50, 30)]}


def test_a_box_is_drawn_by_keys(easel: Easel) -> None:
    """Arrow keys lead the cross, the space bar sets corners, Enter ends."""
    easel.open("bounding-box")
    easel.keys("2", Keys.ARROW_LEFT, Keys.SPACE)
    easel.shifted(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_DOWN)
    easel.keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert easel.found() == {"boundingBoxes": [box("dog", 99, 60, 20, 11)]}


def test_a_chosen_box_is_moved_and_resized_by_keys(easel: Easel) -> None:
    """Brackets choose the corner."""
    easel.open("bounding-box")
    easel.drag((20, 30), (90, 80))
    easel.keys(Keys.ARROW_RIGHT, Keys.ARROW_UP)
    assert easel.value()["boundingBoxes"] == [box("cat", 21, 29, 70, 50)]
    easel.keys("]", Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)
    assert easel.value()["boundingBoxes"] == [box("cat", 23, 29, 68, 50)]
    easel.keys("[", "[", *[Keys.ARROW_DOWN] * 3)
    assert easel.found() == {"boundingBoxes": [box("cat", 23, 29, 68, 53)]}


def test_a_box_is_pulled_by_its_edge_and_its_corners(easel: Easel) -> None:
    """It stays within the picture."""
    easel.open("bounding-box")
    easel.drag((20, 30), (90, 80))
    easel.drag((50, 30), (60, 40))
    assert easel.value()["boundingBoxes"] == [box("cat", 30, 40, 70, 50)]
    easel.drag((100, 90), (120, 110))
    assert easel.value()["boundingBoxes"] == [box("cat", 30, 40, 90, 70)]
    easel.drag((60, 40), (0, 0))
    assert easel.found() == {"boundingBoxes": [box("cat", 0, 0, 90, 70)]}


def test_a_boxs_numbers_can_be_typed(easel: Easel) -> None:
    """And its label be chosen again."""
    easel.open("bounding-box")
    easel.drag((20, 30), (90, 80))
    easel.fill("left", 5)
    easel.fill("width", 300)
    easel.desk.type("crowd-bounding-box >> #numbers select", "dog")
    assert easel.found() == {"boundingBoxes": [box("dog", 5, 30, 195, 50)]}


@pytest.mark.parametrize("way", ["key", "list", "undo", "undo key"])
def test_a_shape_can_be_taken_away(easel: Easel, way: str) -> None:
    """By the Delete key, by the list, by undoing."""
    easel.open("bounding-box")
    easel.drag((10, 10), (40, 40))
    easel.drag((50, 50), (90, 90))
    if way == "key":
        easel.keys(Keys.DELETE)
    elif way == "list":
        easel.press("#shapes li:last-child button:last-child")
    elif way == "undo":
        easel.press("#tool-undo")
    else:
        ActionChains(easel.desk.browser).key_down(Keys.CONTROL).send_keys("z").key_up(Keys.CONTROL).perform()
    assert easel.found() == {"boundingBoxes": [box("cat", 10, 10, 30, 30)]}


def test_shapes_are_chosen_by_keys(easel: Easel) -> None:
    """Page Up and Page Down go through them, Escape lets go."""
    easel.open("keypoint")
    easel.click((10, 10), (50, 50), (90, 90))
    easel.keys(Keys.ESCAPE, Keys.PAGE_DOWN, Keys.PAGE_DOWN, Keys.DELETE)
    assert easel.found() == {"keypoints": [{"label": "cat", "x": 10, "y": 10}, {"label": "cat", "x": 90, "y": 90}]}


@pytest.mark.parametrize(
    ("steps", "points"),
    [
        ([("click", (10, 20)), ("keys", "2"), ("click", (30, 40))], [("cat", 10, 20), ("dog", 30, 40)]),
        ([("keys", Keys.ARROW_UP, Keys.SPACE)], [("cat", 100, 59)]),
        ([("keys", Keys.ENTER, Keys.ARROW_LEFT)], [("cat", 99, 60)]),
        ([("click", (10, 20)), ("drag", (10, 20), (50, 60))], [("cat", 50, 60)]),
        ([("click", (10, 20)), ("fill", "x", 77)], [("cat", 77, 20)]),
    ],
)
def test_points_are_set_by_clicks_keys_and_numbers(easel: Easel, steps: list[Any], points: list[Any]) -> None:
    """Each a label and a place."""
    easel.open("keypoint")
    for do, *what in steps:
        getattr(easel, do)(*what)
    assert easel.found() == {"keypoints": [{"label": label, "x": x, "y": y} for label, x, y in points]}


TRIANGLE: list[Point] = [(20, 20), (100, 30), (60, 100)]


@pytest.mark.parametrize("end", ["first", "last", "enter", "button"])
def test_a_polygon_is_closed(easel: Easel, end: str) -> None:
    """At its first corner or its last one, by Enter, by a button."""
    easel.open("polygon")
    easel.click(*TRIANGLE)
    {
        "first": lambda: easel.click(TRIANGLE[0]),
        "last": lambda: easel.click(TRIANGLE[-1]),
        "enter": lambda: easel.keys(Keys.ENTER),
        "button": lambda: easel.press("#tool-finish"),
    }[end]()
    assert easel.found() == {"polygons": [path("cat", *TRIANGLE)]}


def test_two_corners_are_no_polygon(easel: Easel) -> None:
    """It is let go."""
    easel.open("polygon")
    easel.click(*TRIANGLE[:2])
    easel.keys(Keys.ENTER)
    assert easel.found() == {"polygons": []}


def test_a_corner_of_a_polygon_is_moved_and_taken_away(easel: Easel) -> None:
    """While it is drawn, and later."""
    easel.open("polygon")
    easel.click((5, 5), (150, 10))
    easel.keys(Keys.BACKSPACE)
    easel.click((150, 60), (100, 100), (20, 100), (5, 5))
    easel.drag((100, 100), (110, 110))
    easel.keys(Keys.DELETE)
    assert easel.found() == {"polygons": [path("cat", (5, 5), (150, 60), (20, 100))]}


@pytest.mark.parametrize("end", ["enter", "double"])
def test_a_polyline_ends_where_its_last_point_is(easel: Easel, end: str) -> None:
    """It is open, and may come back to where it began."""
    easel.open("polyline", more="label-colors=\"['#ff0000', '#00f']\"")
    points: list[Point] = [(20, 20), (100, 30), (20, 20), (60, 100)]
    easel.click(*points)
    if end == "enter":
        easel.keys(Keys.ENTER)
    else:
        easel.click(points[-1])
    assert easel.found() == {"polylines": [path("cat", *points)]}


def test_a_polyline_is_drawn_by_keys(easel: Easel) -> None:
    """The space bar sets its points."""
    easel.open("polyline")
    easel.keys(Keys.SPACE, *[Keys.ARROW_RIGHT] * 12, Keys.SPACE, *[Keys.ARROW_DOWN] * 12, Keys.SPACE, Keys.ENTER)
    assert easel.found() == {"polylines": [path("cat", (100, 60), (112, 60), (112, 72))]}


@pytest.mark.parametrize("way", ["drag", "click"])
def test_a_line_has_two_ends(easel: Easel, way: str) -> None:
    """By a drag or two clicks."""
    easel.open("line")
    getattr(easel, way)((20, 100), (150, 10))
    assert easel.found() == {"lines": [path("cat", (20, 100), (150, 10))]}


STARTS: list[tuple[str, str, Any]] = [
    (
        "bounding-box",
        "[{height: 30, label: 'cat', left: 20, top: 30, width: 40}]",
        {"boundingBoxes": [box("cat", 20, 30, 40, 30)]},
    ),
    (
        "bounding-box",
        "{boundingBoxes: [{height: 30, label: 'dog', left: 20, top: 30, width: 40}]}",
        {"boundingBoxes": [box("dog", 20, 30, 40, 30)]},
    ),
    (
        "keypoint",
        "[{'label': 'cat', 'x': 10, 'y': 20}, {label: 'bird', x: 1, y: 1}]",
        {"keypoints": [{"label": "cat", "x": 10, "y": 20}, {"label": "bird", "x": 1, "y": 1}]},
    ),
    (
        "polygon",
        "[{label: 'cat', vertices: [{x: 1, y: 2}, {x: 30, y: 4}, {x: 5, y: 60}]}]",
        {"polygons": [path("cat", (1, 2), (30, 4), (5, 60))]},
    ),
    (
        "polyline",
        "{polylines: [{label: 'cat', vertices: [{x: 1, y: 2}, {x: 30, y: 4}]}]}",
        {"polylines": [path("cat", (1, 2), (30, 4))]},
    ),
    (
        "line",
        "{lines: [{label: 'dog', vertices: [{x: 1, y: 2}, {x: 30, y: 4}]}]}",
        {"lines": [path("dog", (1, 2), (30, 4))]},
    ),
    ("line", "[{label: 'dog', vertices: [{x: 1}]}, {label: 'dog'}, null, 7]", {"lines": []}),
]


@pytest.mark.parametrize(("tag", "start", "answer"), STARTS)
def test_a_start_value_is_posted_unless_it_is_changed(easel: Easel, tag: str, start: str, answer: Any) -> None:
    """What cannot be drawn is left out; what has a label that is not there stays."""
    easel.open(tag, more=f'initial-value="{start}"')
    assert easel.found() == {**answer, "initialValueModified": False}


def test_a_changed_start_value_says_so(easel: Easel) -> None:
    """Unless the change was undone."""
    easel.open("bounding-box", more=f'initial-value="{STARTS[0][1]}"')
    easel.keys(Keys.PAGE_DOWN, Keys.ARROW_RIGHT)
    assert easel.value()["initialValueModified"] is True
    easel.press("#tool-undo")
    assert easel.value()["initialValueModified"] is False
    easel.keys(Keys.PAGE_DOWN, Keys.DELETE)
    assert easel.found() == {"boundingBoxes": [], "initialValueModified": True}


def test_labels_can_be_given_by_a_script(easel: Easel) -> None:
    """Shapes whose label is gone are gone, too; without labels nothing is drawn."""
    easel.open("bounding-box")
    easel.drag((10, 10), (40, 40))
    easel.desk.run("const it = document.querySelector('crowd-bounding-box'); it.labels = []")
    easel.drag((50, 50), (90, 90))
    assert easel.value()["boundingBoxes"] == []
    easel.desk.run("const it = document.querySelector('crowd-bounding-box'); it.labels = it.labels.concat(['bird'])")
    easel.drag((50, 50), (90, 90))
    assert easel.found() == {"boundingBoxes": [box("bird", 50, 50, 40, 40)]}


def test_a_script_reads_what_is_drawn_as_it_is_submitted(desk: Desk, easel: Easel) -> None:
    """By either of two names, and finds the place of the picture."""
    easel.open("keypoint")
    easel.click((10, 20))
    script = (
        "const it = document.querySelector('crowd-keypoint');"
        "const canvas = it.shadowRoot.querySelector('canvas.upper-canvas');"
        "const { width, height } = canvas.getBoundingClientRect();"
        "return [it.value.keypoints, it._submittableValue.keypoints, width > 100 && height > 60]"
    )
    points = [{"label": "cat", "x": 10, "y": 20}]
    assert desk.run(script) == [points, points, True]


def test_a_larger_picture_has_the_same_pixels(easel: Easel) -> None:
    """Drawn when it is larger than its place."""
    easel.open("keypoint")
    easel.press("#tool-zoom-in")
    easel.click((10, 20))
    (point,) = easel.value()["keypoints"]
    assert (abs(point["x"] - 10), abs(point["y"] - 20)) <= (1, 1)


def test_a_picture_that_is_not_there_is_told_of(desk: Desk) -> None:
    """And the rest can still be submitted."""
    desk.open("<crowd-keypoint name='found' src='data:image/png;base64,AAAA' labels='[\"cat\"]'></crowd-keypoint>")
    message = desk.find("crowd-keypoint >> #picture-message")
    WebDriverWait(desk.browser, 5).until(lambda _: message.text)
    assert message.text == "The picture could not be loaded."
    assert desk.submitted() == {"found": {"keypoints": [], "inputImageProperties": {"height": 0, "width": 0}}}


def test_a_start_value_is_not_lost_with_its_picture(desk: Desk) -> None:
    """It is posted as it was."""
    start = "[{label: 'cat', left: 20, top: 30, width: 40, height: 30}]"
    desk.open(
        f"<crowd-bounding-box name='found' src='/none.png' labels='[\"cat\"]' initial-value=\"{start}\">"
        "</crowd-bounding-box>"
    )
    message = desk.find("crowd-bounding-box >> #picture-message")
    WebDriverWait(desk.browser, 5).until(lambda _: message.text)
    found = desk.submitted()["found"]
    assert (found["boundingBoxes"], found["initialValueModified"]) == ([box("cat", 20, 30, 40, 30)], False)


def test_a_shape_of_an_unknown_label_can_get_another(easel: Easel) -> None:
    """It is in the list as all shapes are."""
    easel.open("keypoint", more="initial-value=\"[{label: 'bird', x: 10, y: 20}]\"")
    easel.keys(Keys.PAGE_DOWN)
    easel.desk.find("crowd-keypoint >> #numbers select").send_keys("dog")
    assert easel.found() == {"keypoints": [{"label": "dog", "x": 10, "y": 20}], "initialValueModified": True}


@pytest.mark.parametrize("look", ["light", "dark", "rtl", "narrow"])
@pytest.mark.parametrize("tag", ["bounding-box", "polygon"])
def test_axe_finds_nothing_in_an_annotator(easel: Easel, tag: str, look: str) -> None:
    """With shapes on the picture, one of them chosen."""
    easel.tag = f"crowd-{tag}"
    body = (
        f'<{easel.tag} name="found" header="Mark the cats" src="/picture.png" labels="[\'cat\']">'
        f"<short-instructions>Short</short-instructions></{easel.tag}>"
    )
    steps = [easel.wait, lambda: easel.drag((10, 10), (60, 60)), lambda: easel.click((90, 10), (90, 80), (90, 10))]
    assert easel.desk.obstacles_in(body, look, *steps) == []
