"""The browser page of Attest: rendering, theme and wiring.

Gradio reads some variables once, at import, so they are set before anything imports it.
"""

import os

_SET = {
    # Nothing is reported, shared or fetched.
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "HF_HUB_OFFLINE": "1",
    # Nor is a log of all events kept in memory and summed up by pandas after each of them.
    "GRADIO_ANALYTICS_MAX_EVENTS": "1",
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000000",
}
_NEVER = ("GRADIO_ALLOWED_PATHS", "GRADIO_DEBUG", "GRADIO_MCP_SERVER", "GRADIO_VIBE_MODE")
"""Variables by which files would be served, or code of visitors run."""

os.environ.update(_SET)
for _name in _NEVER:
    os.environ.pop(_name, None)
