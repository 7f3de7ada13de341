"""`python -m gateway.simulator`: the far end without Django, for tests."""

import sys

from gateway.simulator.server import main

sys.exit(main())
