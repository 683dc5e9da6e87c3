"""A long listing read back: folders at their depth, files with size and time, names with blanks; the rest left out."""

from monitor.retention.longlist import parse

TEXT = """\
drwxr-xr-x    3 0        0             4096 2026-11-08 00:00:00 +0000 /video/gate
/video/gate:
total 12
drwxr-xr-x    3 0        0             4096 2026-11-08 00:00:00 +0000 .
drwxr-xr-x    3 0        0             4096 2026-11-08 00:00:00 +0000 ..
drwxr-xr-x    2 0        0             4096 2026-11-08 00:20:00.123456789 +0000 2026-11-08
lrwxrwxrwx    1 0        0                4 2026-11-08 00:20:00 +0000 latest -> 2026-11-08

/video/gate/2026-11-08:
total 8
-rw-r--r--    1 1000     1000         12345 2026-11-08 00:10:00.5 +0000 00.00.mp4
-rw-r--r--+   1 1000     1000             0 2026-11-08 00:20:00 +0000 a name.mp4
?????????? ? ? ? ?            ? broken
"""


def test_a_listing_of_gnu_and_of_busybox():
    listed = parse(TEXT)
    assert listed.folders(["/video/gate"], 0) == {"/video/gate": "1794096000"}
    assert listed.folders(["/video/gate"], 1) == {"/video/gate/2026-11-08": "1794097200"}
    assert listed.folders(["/video/yard"], 1) == listed.folders(["/video/yard"], 0) == {}
    assert listed.records(["/video/gate/2026-11-08"]).split(b"\0") == [
        b"/video/gate/2026-11-08",
        b"1794096600 12345 00.00.mp4",
        b"1794097200 0 a name.mp4",
        b"",
    ]
    assert listed.records(["/video/yard"]) == b"/video/yard\0"
