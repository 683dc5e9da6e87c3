"""An independent RTSP server to look at: gst-rtsp-server, run by the system's Python in a process of its own.

Prints three ports (open, Basic, Digest) and serves /h264, /h265, /jpeg and /shared there until it is killed.
"""

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - versions must be chosen first

SOURCE = "videotestsrc is-live=true pattern=smpte ! video/x-raw,format=I420,width={w},height={h},framerate=25/1"
H264 = SOURCE.format(w=322, h=242) + " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=25 threads=1"
H265 = SOURCE.format(w=320, h=240) + " ! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=25"
JPEG = SOURCE.format(w=320, h=240) + " ! jpegenc"


def mount(server, path, pipeline, *, shared=False, role=""):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(f"( {pipeline} )")
    factory.set_shared(shared)
    if role:
        permissions = GstRtspServer.RTSPPermissions()
        permissions.add_permission_for_role(role, "media.factory.access", True)
        permissions.add_permission_for_role(role, "media.factory.construct", True)
        factory.set_permissions(permissions)
    server.get_mount_points().add_factory(path, factory)


def serve(authentication=None):
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service("0")
    if authentication is not None:
        server.set_auth(authentication)
    server.attach(None)
    return server


def protected(method):
    authentication = GstRtspServer.RTSPAuth()
    authentication.set_supported_methods(method)
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "viewer")
    if method == GstRtsp.RTSPAuthMethod.DIGEST:
        authentication.add_digest("monitor", "p@ss:wörd", token)
    else:
        authentication.add_basic(GstRtspServer.RTSPAuth.make_basic("monitor", "p@ss:wörd"), token)
    return serve(authentication)


def main():
    Gst.init(None)
    h264 = H264 + " ! rtph264pay name=pay0 pt=96 config-interval=-1"
    free = serve()
    mount(free, "/h264", h264)
    mount(free, "/shared", h264, shared=True)
    mount(free, "/h265", H265 + " ! rtph265pay name=pay0 pt=96")
    mount(free, "/jpeg", JPEG + " ! rtpjpegpay name=pay0 pt=26")
    servers = [free, protected(GstRtsp.RTSPAuthMethod.BASIC), protected(GstRtsp.RTSPAuthMethod.DIGEST)]
    for server in servers[1:]:
        mount(server, "/h264", h264, role="viewer")
    print(*(server.get_bound_port() for server in servers), flush=True)
    GLib.MainLoop().run()


main()
