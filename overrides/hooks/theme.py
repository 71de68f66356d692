"""What this site changes in Material's templates: a few words each, where a copy of the whole would grow stale.

A build fails as soon as Material no longer says what is to be changed here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from jinja2 import BaseLoader, Environment
from mkdocs.exceptions import PluginError
from runner import SourceError

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
