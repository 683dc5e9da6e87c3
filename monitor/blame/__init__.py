"""One cause, one fault: what opens, what hangs on what, what is excused, and what a repair desk must be told.

Pure: no clock, no I/O. ``follow`` takes each transition as it comes, ``settle`` looks at all open faults together, and
``notices`` says what the difference means to a repair desk.
"""

from monitor.blame.blindness import blindness
from monitor.blame.episodes import follow
from monitor.blame.notices import Notice, notices
from monitor.blame.scene import Rules, Scene, groups
from monitor.blame.settle import settle

__all__ = ["Notice", "Rules", "Scene", "blindness", "follow", "groups", "notices", "settle"]
