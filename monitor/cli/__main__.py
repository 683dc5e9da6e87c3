"""``python -m monitor.cli`` is ``cctv``."""

from monitor.cli import main

main()
