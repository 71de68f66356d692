"""What a published page may load and run: a Content-Security-Policy in its head, since a static host sends no header."""

from __future__ import annotations

import base64
import hashlib
import re

INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
START = '<meta charset="utf-8">'
RULES = {
    "default-src": "'none'",
    "script-src": "'self'",  # and the hashes of the page's own inline scripts
    "worker-src": "'self'",  # the search
    "connect-src": "'self'",  # its index
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",  # the icons in the style sheet
    "form-action": "'self'",
    "base-uri": "'none'",
}


def with_policy(page: str) -> str:
    """The HTML of a page with the policy that it obeys.

    A browser runs an inline script only if its digest stands in the policy, so nothing that comes into the page later runs.
    """
    digests = {
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in INLINE.findall(page)
    }
    scripts = "".join(f" 'sha256-{digest}'" for digest in sorted(digests))
    rules = RULES | {"script-src": RULES["script-src"] + scripts}
    content = "; ".join(f"{name} {value}" for name, value in rules.items())
    policy = f'<meta http-equiv="Content-Security-Policy" content="{content}">'
    if page.count(START) != 1:
        raise ValueError(f"a page needs {START} once, to which its policy is added")
    return page.replace(START, START + policy)
