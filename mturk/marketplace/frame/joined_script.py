"""Scripts of ours that pages load as one, though they are written as a file for each noun."""

from __future__ import annotations

import gzip
import re
from functools import cached_property
from pathlib import Path
from typing import Final

_STATIC: Final = Path(__file__).with_name("static")
# Comments that are lines of their own; no text of ours has a line that begins like one.
_COMMENT: Final = re.compile(r"^ *(?://.*|/\*(?s:.*?)\*/)\n", re.MULTILINE)


class JoinedScript:
    """The files of a folder, one after the other, without their comments."""

    def __init__(self, name: str, folder: str, files: str, *, begin: str, end: str) -> None:
        self.name = name
        self.files: Final = [_STATIC / folder / f"{file}.js" for file in files.split()]
        self._begin = begin
        self._end = end

    @cached_property
    def text(self) -> bytes:
        """What a page loads."""
        inside = "".join(path.read_text(encoding="utf-8") for path in self.files)
        return f"{self._begin}{_COMMENT.sub('', inside)}{self._end}".encode()

    @cached_property
    def packed(self) -> bytes:
        """The same, compressed by gzip: a page in an origin of its own loads it with each task."""
        return gzip.compress(self.text, mtime=0)


TASK: Final = JoinedScript(
    "task.js",
    "task",
    "setting helper storage landing sending message form link watch request",
    begin='(function () {\n"use strict";\n',
    end="})();\n",
)
"""The first script of a task page. It gives the page what MTurk's site gave it, and sends what is submitted here."""

CROWD_ELEMENTS: Final = JoinedScript(
    "crowd_elements.js",
    "crowd",
    "text text_de literal style icon element answer problem_list form"
    " field input text_area check radio slider button alert toast badge card dialog tabs instructions"
    " workspace category classifier palette picture overlay image_classifier image_widget"
    " shape_kind shape_drawing shape_panel annotator mask segmentation semantic_segmentation instance_segmentation"
    " marked_text entity_annotation text_ranking question_answer ready",
    begin="if (!window.crowdElements) {\nwindow.crowdElements = {};\n",
    end="}\n",
)
"""The crowd elements; to load them twice does nothing."""

JOINED: Final = {script.name: script for script in (TASK, CROWD_ELEMENTS)}
