"""Areas painted on a picture of 200 by 120 pixels: what is posted, pixel by pixel."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.marketplace.frame.crowd.conftest import Desk
from tests.marketplace.frame.crowd.test_crowd_elements_annotator import SIZE, Easel

BLUE, ORANGE, GREEN, NONE = "#1f77b4", "#ff7f0e", "#2ca02c", ""
PIXELS = """const [data, points, done] = arguments; const image = new Image();
image.onload = () => {
  const canvas = new OffscreenCanvas(image.width, image.height); const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  done([[image.width, image.height], points.map(([x, y]) => {
    const [red, green, blue, alpha] = context.getImageData(x, y, 1, 1).data;
    return alpha ? '#' + [red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('') : '';
  })]);
};
image.src = 'data:image/png;base64,' + data;"""
# An earlier result: blue left, green right, nothing below.
EARLIER = """const canvas = Object.assign(document.createElement('canvas'), {width: 200, height: 120});
const context = canvas.getContext('2d'); context.fillStyle = '#1f77b4'; context.fillRect(0, 0, 100, 60);
context.fillStyle = '#2ca02c'; context.fillRect(100, 0, 100, 60); return canvas.toDataURL();"""


@pytest.fixture
def easel(desk: Desk) -> Easel:
    return Easel(desk)


def pixels(easel: Easel, data: str, *points: tuple[int, int]) -> list[str]:
    """The colours of some pixels of a PNG, which is as large as the picture."""
    size, colors = easel.desk.browser.execute_async_script(PIXELS, data, points)
    assert size == [SIZE["width"], SIZE["height"]]
    return list(colors)


def posted(easel: Easel, *points: tuple[int, int]) -> tuple[Any, list[str]]:
    """The answer without its picture, and pixels of that."""
    answer = easel.found()
    return answer, pixels(easel, answer.pop("labeledImage")["pngImageData"], *points)


def test_a_brush_paints_the_label(easel: Easel) -> None:
    """As wide as it is, in one colour; the mappings name all labels."""
    easel.open("semantic-segmentation")
    easel.drag((20, 50), (60, 50))
    easel.keys("2")
    easel.drag((150, 50), (150, 80))
    answer, colors = posted(easel, (20, 50), (40, 52), (60, 50), (40, 57), (150, 65), (100, 60))
    assert answer == {"labelMappings": {"cat": {"color": BLUE}, "dog": {"color": ORANGE}}}
    assert colors == [BLUE, BLUE, BLUE, NONE, ORANGE, NONE]


@pytest.mark.parametrize("way", ["clicks", "drag", "keys"])
def test_an_outline_is_filled(easel: Easel, way: str) -> None:
    """By corners, by a line round it, by keys alone."""
    easel.open("semantic-segmentation")
    easel.press("#tool-fill-area")
    if way == "clicks":
        easel.click((90, 50), (110, 50), (110, 70), (90, 70), (90, 50))
    elif way == "drag":
        easel.drag((90, 50), (110, 50), (110, 70), (90, 70))
    else:
        easel.keys(Keys.SPACE, *[Keys.ARROW_RIGHT] * 10, Keys.SPACE, *[Keys.ARROW_DOWN] * 10, Keys.SPACE, Keys.ENTER)
    inside = (102, 61) if way == "keys" else (92, 60) if way == "clicks" else (105, 58)
    _answer, colors = posted(easel, inside, (120, 60), (80, 60))
    assert colors == [BLUE, NONE, NONE]


def test_the_space_bar_paints_where_the_cross_is(easel: Easel) -> None:
    """It is in the middle at first."""
    easel.open("semantic-segmentation")
    easel.keys("2", Keys.ARROW_LEFT, Keys.SPACE)
    assert posted(easel, (99, 60), (110, 60))[1] == [ORANGE, NONE]


@pytest.mark.parametrize("way", ["eraser", "undo", "clear"])
def test_paint_can_be_taken_away(easel: Easel, way: str) -> None:
    """Some of it, the last of it, all of it."""
    easel.open("semantic-segmentation")
    easel.drag((20, 20), (20, 22))
    easel.drag((100, 50), (140, 50))
    if way == "eraser":
        easel.press("#tool-eraser")
        easel.drag((120, 50), (120, 52))
    else:
        easel.press(f"#tool-{way}")
    expected = {"eraser": [BLUE, BLUE, NONE], "undo": [BLUE, NONE, NONE], "clear": [NONE, NONE, NONE]}
    assert posted(easel, (20, 20), (102, 50), (120, 50))[1] == expected[way]


def test_nothing_painted_is_a_clear_picture(easel: Easel) -> None:
    """Of the same size."""
    easel.open("semantic-segmentation")
    assert posted(easel, (0, 0), (199, 119))[1] == [NONE, NONE]


def test_each_instance_has_a_colour_of_its_own(easel: Easel) -> None:
    """Those without a pixel are not told of."""
    easel.open("instance-segmentation")
    easel.drag((20, 50), (22, 50))
    easel.press("#add")
    easel.drag((60, 50), (62, 50))
    easel.keys("2")
    easel.drag((100, 50), (102, 50))
    easel.press("#add")
    easel.press("#instances li:first-child button")
    easel.drag((140, 50), (142, 50))
    answer, colors = posted(easel, (20, 50), (60, 50), (100, 50), (140, 50))
    assert answer == {
        "instances": [
            {"color": BLUE, "label": "cat"},
            {"color": ORANGE, "label": "cat"},
            {"color": GREEN, "label": "dog"},
        ]
    }
    assert colors == [BLUE, ORANGE, GREEN, BLUE]


def test_an_instance_can_be_taken_away(easel: Easel) -> None:
    """The others keep their colours."""
    easel.open("instance-segmentation")
    easel.drag((20, 50), (22, 50))
    easel.press("#add")
    easel.drag((60, 50), (62, 50))
    easel.press("#instances li:first-child button:last-child")
    answer, colors = posted(easel, (20, 50), (60, 50))
    assert answer == {"instances": [{"color": ORANGE, "label": "cat"}]}
    assert colors == [NONE, ORANGE]


@pytest.mark.parametrize(
    ("tag", "start", "answer"),
    [
        (
            "semantic-segmentation",
            "{'labelMappings': {'cat': {'color': '#2ca02c'}, dog: {color: '#1f77b4'}}, 'src': '@'}",
            {"labelMappings": {"cat": {"color": GREEN}, "dog": {"color": BLUE}}},
        ),
        (
            "instance-segmentation",
            "{instances: [{color: '#1f77b4', label: 'dog'}, {color: '#2ca02c', label: 'dog'}], src: '@'}",
            {"instances": [{"color": BLUE, "label": "dog"}, {"color": GREEN, "label": "dog"}]},
        ),
    ],
)
@pytest.mark.parametrize("changed", [False, True])
def test_an_earlier_result_is_gone_on_with(
    easel: Easel, tag: str, start: str, answer: dict[str, Any], changed: bool
) -> None:
    """In its own colours; whether it was changed is told."""
    easel.desk.open("<p>Text</p>")
    start = start.replace("@", easel.desk.run(EARLIER))
    easel.open(tag, more=f'initial-value="{start}"')
    easel.desk.browser.execute_async_script("setTimeout(arguments[0], 200)")
    if changed:
        easel.press("#tool-eraser")
        easel.drag((20, 20), (20, 22))
    found, colors = posted(easel, (20, 20), (40, 40), (150, 30), (50, 80))
    assert found == {**answer, "initialValueModified": changed}
    assert colors == [NONE if changed else BLUE, BLUE, GREEN, NONE]


LATE = "initial-value=\"{labelMappings: {cat: {color: '#2ca02c'}}, src: '/late.png'}\""
LOST = LATE.replace("late", "none")


def test_a_submit_waits_for_the_earlier_result(easel: Easel) -> None:
    """Which would else be posted as empty, and not changed."""
    easel.open_later("semantic-segmentation", LATE)
    easel.desk.submit()
    assert easel.desk.told() == ["found: The earlier annotations are still loading. Please wait a moment."]
    easel.desk.site.is_late.set()
    state = "return document.querySelector('crowd-semantic-segmentation').startState === 'loaded'"
    WebDriverWait(easel.desk.browser, 10).until(lambda _: easel.desk.run(state))
    assert easel.found()["initialValueModified"] is False


def test_what_was_painted_before_the_earlier_result_is_there_does_not_count(easel: Easel) -> None:
    """It would be painted over."""
    easel.open_later("semantic-segmentation", LATE)
    easel.drag((20, 50), (22, 50))
    assert easel.value()["initialValueModified"] is False
    easel.desk.site.is_late.set()


def test_an_earlier_result_that_is_lost_has_to_be_painted_anew(easel: Easel) -> None:
    """And that it was is told."""
    easel.open("semantic-segmentation", more=LOST)
    state = "return document.querySelector('crowd-semantic-segmentation').startState === 'failed'"
    WebDriverWait(easel.desk.browser, 10).until(lambda _: easel.desk.run(state))
    easel.desk.submit()
    (told,) = easel.desk.told()
    assert "could not be loaded" in told
    easel.drag((20, 50), (22, 50))
    assert easel.found()["initialValueModified"] is True


def test_labels_of_a_scripts_own(easel: Easel) -> None:
    """Pages let workers add them."""
    easel.open("semantic-segmentation", labels="['placeholder']")
    easel.drag((20, 20), (22, 20))
    easel.desk.run(
        "const it = document.querySelector('crowd-semantic-segmentation');"
        "it.labels = []; it.labels = it.labels.concat(['own'])"
    )
    easel.drag((60, 50), (62, 50))
    answer, colors = posted(easel, (20, 20), (60, 50))
    (own,) = answer["labelMappings"].values()
    assert colors == [NONE, own["color"]]


@pytest.mark.parametrize("look", ["light", "dark", "rtl", "narrow"])
def test_axe_finds_nothing_in_a_segmentation(easel: Easel, look: str) -> None:
    """With an instance painted."""
    easel.tag = "crowd-instance-segmentation"
    body = f'<{easel.tag} name="found" header="Paint the cats" src="/picture.png" labels="[\'cat\']"></{easel.tag}>'
    assert easel.desk.obstacles_in(body, look, easel.wait, lambda: easel.drag((10, 10), (60, 60))) == []
