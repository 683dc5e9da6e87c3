"""Decodes a key frame that was played back. Runs in a worker process."""

from monitor.model import KeyFrame
from monitor.vision.decode import Undecodable, decode


def shows(key_frame: KeyFrame) -> str:
    """ "" if it is a picture without damage, else why not, as the end of a sentence."""
    try:
        picture = decode(key_frame)
    except Undecodable as error:
        return f"cannot be decoded ({error})"
    except ValueError:
        return f"is of a kind that cannot be decoded here ({key_frame.codec})"
    return "gives a damaged picture" if picture.corrupt or picture.complaints else ""
