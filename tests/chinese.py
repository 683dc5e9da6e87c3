"""What may stand in Latin letters where a Chinese reader reads."""

import html
import re
from collections.abc import Iterable

TERMS = re.compile(
    r"ONVIF|UTC|RTSP|DESCRIBE|SETUP|PLAY|RTP|IDR|TCP|UDP|HTTP|TLS|SOAP|XML|JSON|CSV|SSH|SFTP|SMART|SHA|UPS|RAID|PTZ|PoE|NVR|NTP|"
    r"DHCP|IP|API|ID|USB|CPU|H|MB|GB|TB|MiB|Mbit|Hz|MP|moov|inode|HEVC|MJPEG|hevc|mjpeg|fps|ssh|ulimit|Hn|LimitNOFILE|poll|concurrency|chrony|systemd|timesyncd|listen|Alertmanager|cctv|monitor|English|"
    r"Options|Users|Enabled|auth|int|known|hosts|layout|timezone|Content|Length"
)
"""Protocols, codecs, units, keys of the configuration, the program itself."""


def english(text: str, names: Iterable[str] = ()) -> list[str]:
    """The words that a Chinese text should not hold. ``names`` of sites, devices and people are none."""
    text = re.sub(r"cctv [a-z]+( example| list| note| --?[a-z]+( HOST)?)*( > cctv\.yaml)?|\b[0-9a-f]{64}\b", " ", text)
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, " ")
    return [word for word in re.findall(r"[A-Za-z]{2,}", text) if not TERMS.fullmatch(word)]


def visible(page: str) -> str:
    """What a person reads on a page, or hears of it: texts, and the titles and descriptions of pictures."""
    body = re.sub(r"<(style|head|script).*?</\1>", " ", page, flags=re.DOTALL)
    told = re.findall(r'(?:alt|title|aria-label|placeholder)="([^"]*)"', body)
    title = re.findall(r"<title>(.*?)</title>", page, flags=re.DOTALL)
    return html.unescape(" ".join([*title, re.sub(r"<[^>]*>", " ", body), *told]))
