"""What this site changes in Material's templates and scripts: a few words each, where a copy of the whole would grow stale.

A build fails as soon as Material no longer says what is to be changed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from runner import SourceError

BUNDLE = re.compile(r"assets/javascripts/bundle\.\w+\.min\.js")
# Material measures each program one by one, and so has the whole page laid out; partials/stops.html does it as they come
# into view. The copy buttons need none of it.
PROGRAMS, NONE = '"pre:not(.mermaid) > code"', '"pre.mermaid > code"'

# By template: what Material says, what stands instead, and how often.
CHANGES = {
    "base.html": [
        # The checkbox that opens the drawer stands in the header, where the keyboard expects it: partials/header.html.
        (
            """<input class="md-toggle" data-md-toggle="drawer" type="checkbox" id="__drawer" autocomplete="off">""",
            "",
            1,
        ),
        ("""<label class="md-overlay" for="__drawer"></label>""", "", 1),
        # In Chinese Material says only "jump to".
        ("""{{ lang.t("action.skip") }}""", "{{ config.extra.words.skip }}", 1),
    ],
    "partials/nav-item.html": [
        # The checkbox takes the focus, not its label: it has a state, and needs no script.
        (""" tabindex="{{ tabindex }}">""", ">", 2),
        # What is expanded is no property of a landmark.
        (""" aria-expanded="{{ nav_item.active | tojson }}\"""", "", 1),
    ],
    "partials/search.html": [
        # A dialog has a name.
        (
            """ role="dialog">""",
            """ role="dialog" aria-label="{{ lang.t('search') }}">""",
            1,
        ),
    ],
}


class ChangedTheme(BaseLoader):
    """The theme's templates with `CHANGES`.

    Args:
        loader: where they come from.
        own: the folder of this site's templates, which are taken as they are.
    """

    def __init__(self, loader: BaseLoader, own: Path) -> None:
        self.loader = loader
        self.own = own

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        source, path, fresh = self.loader.get_source(environment, template)
        if path and not Path(path).is_relative_to(self.own):
            for old, new, count in CHANGES.get(template, ()):
                if source.count(old) != count:
                    error = SourceError(
                        path,
                        None,
                        f"Material says {old!r} {source.count(old)} times here, not {count}.",
                        "adapt CHANGES in overrides/hooks/theme.py to this version of Material.",
                    )
                    raise PluginError(str(error))
                source = source.replace(old, new)
        return source, path, fresh


def change_scripts(
    files: Files,
    config: MkDocsConfig,
    name: re.Pattern[str],
    change: Callable[[str, str], str],
) -> None:
    """Puts what `change` makes of a script's text and name in the place of each of the theme's scripts with this name."""
    for file in list(files):
        if name.fullmatch(file.src_uri):
            text = change(file.content_string, file.src_uri)
            files.remove(file)
            files.append(File.generated(config, file.src_uri, content=text))


def without_measuring(bundle: str, name: str) -> str:
    """Material's script, which now leaves the programs of a page alone.

    Raises:
        SourceError: Material has rewritten it.
    """
    if bundle.count(PROGRAMS) != 1:
        raise SourceError(
            name,
            None,
            f"Material says {PROGRAMS} {bundle.count(PROGRAMS)} times here, not 1.",
            "see in overrides/hooks/theme.py whether it still measures each program of a page.",
        )
    return bundle.replace(PROGRAMS, NONE)
