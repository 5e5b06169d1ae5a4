"""The command line: ``attest``."""

import os
import sys
from io import TextIOWrapper

_QUIET_VENDORS = {
    "ANONYMIZED_TELEMETRY": "False",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "OTEL_SDK_DISABLED": "true",
}
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}


def main() -> None:
    """Run the command line and end the process with its exit code."""
    # Before any vendor is imported: several read these once, at import.
    os.environ.update(_QUIET_VENDORS)
    for name, value in _OFFLINE.items():
        os.environ.setdefault(name, value)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    from rag.cli.app import run

    run()
