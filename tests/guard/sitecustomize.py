"""Guard the Python subprocesses of tests: Python imports this at start when it is on the path."""

import netguard

netguard.install()
