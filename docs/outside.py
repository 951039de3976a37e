"""Pages for files outside of docs/: the changelog and its like, and the sources that a page points to.

A link of a page to such a file is right in a checkout. On the site it leads to a copy in `outside/`: Markdown as a
page, any other text as a listing, the rest as it is.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[1]
FOLDER = "outside"
ALWAYS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
AS_IT_IS = {".ipynb", ".png"}

# A link within the project, outside of fenced blocks: its target, and where in it.
LINK = re.compile(r"(?<=\]\()(?!\w+:|#|/)([^)#\s]+)(#[^)\s]*)?(?=\))")
FENCED = re.compile(r"^(```.*?^```)$", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the pages point to."""
    wanted = set(ALWAYS)
    for page in files.documentation_pages():
        wanted |= _outside(page.content_string, posixpath.join("docs", posixpath.dirname(page.src_uri)))
    for name in ALWAYS:
        wanted |= _outside((ROOT / name).read_text(), "")
    for name in sorted(wanted):
        files.append(_copy(name, config))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links that leave docs/ to the copies."""
    uri = page.file.src_uri
    here = posixpath.dirname(uri)
    origin = posixpath.relpath(here, FOLDER) if here.startswith(FOLDER) else posixpath.join("docs", here)
    parts = FENCED.split(markdown)
    parts[::2] = [LINK.sub(lambda link: _led(link, origin, here), part) for part in parts[::2]]
    return "".join(parts)


def _led(link: re.Match[str], origin: str, here: str) -> str:
    """The target of a link from a page of the site, which stood in the folder `origin` of the project."""
    target = posixpath.normpath(posixpath.join(origin, link[1]))
    inside = target.startswith("docs/")
    found = target.removeprefix("docs/") if inside else _place(target)
    return posixpath.relpath(found, here or ".") + (link[2] or "")


def _outside(markdown: str, folder: str) -> set[str]:
    """The files outside of docs/ that a text in this folder points to."""
    text = "".join(FENCED.split(markdown)[::2])
    targets = {posixpath.normpath(posixpath.join(folder, link[1])) for link in LINK.finditer(text)}
    return {target for target in targets if not target.startswith(("docs/", ".."))}


def _place(name: str) -> str:
    """Where the site has its copy of a file of the project."""
    suffix = posixpath.splitext(name)[1]
    return f"{FOLDER}/{name}" if suffix in {".md"} | AS_IT_IS else f"{FOLDER}/{name}.md"


def _copy(name: str, config: MkDocsConfig) -> File:
    """A file of the project as one of the site; a folder is listed."""
    source = ROOT / name
    if source.suffix in {".md"} | AS_IT_IS:
        return File.generated(config, _place(name), abs_src_path=str(source), inclusion=InclusionLevel.NOT_IN_NAV)
    if source.is_dir():
        content = f"# {name}/\n\n" + "".join(f"- `{each.name}`\n" for each in sorted(source.iterdir()) if _shown(each))
    else:
        content = f"# {name}\n\n```{source.suffix[1:] or 'text'}\n{source.read_text()}\n```\n"
    return File.generated(config, _place(name), content=content, inclusion=InclusionLevel.NOT_IN_NAV)


def _shown(path: Path) -> bool:
    return not path.name.startswith(("_", "."))
