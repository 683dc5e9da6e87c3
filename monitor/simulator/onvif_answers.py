"""What a healthy simulated camera answers, operation by operation, as the ONVIF schemas have it.

Written from the specification, not from our client, so that one tests the other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from monitor.simulator.onvif import OnvifCamera

ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema"'
    ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl"'
    ' xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2"'
    ' xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tse="http://www.onvif.org/ver10/search/wsdl"'
    ' xmlns:trc="http://www.onvif.org/ver10/recording/wsdl" xmlns:trp="http://www.onvif.org/ver10/replay/wsdl"'
    ' xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error">'
    "<s:Body>{}</s:Body></s:Envelope>"
)
SERVICES = {
    "device": "http://www.onvif.org/ver10/device/wsdl",
    "media": "http://www.onvif.org/ver10/media/wsdl",
    "media2": "http://www.onvif.org/ver20/media/wsdl",
    "events": "http://www.onvif.org/ver10/events/wsdl",
    "recording": "http://www.onvif.org/ver10/recording/wsdl",
    "search": "http://www.onvif.org/ver10/search/wsdl",
    "replay": "http://www.onvif.org/ver10/replay/wsdl",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One media profile as the camera is set up."""

    token: str = "main"  # noqa: S105 - ONVIF's word for an id
    name: str = "mainStream"
    encoding: str = "H264"
    width: int = 1280
    height: int = 720
    fps: int = 25
    bitrate: int = 2048


def envelope(content: str) -> bytes:
    return ENVELOPE.format(content).encode()


def fault(code: str, subcode: str, text: str) -> bytes:
    """A SOAP 1.2 fault as ONVIF words them: ``fault("Sender", "ter:NotAuthorized", "…")``."""
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(text)}</s:Text></s:Reason></s:Fault>'
    )


def date_time(at: datetime) -> str:
    return (
        f"<tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date>"
    )


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _system_date_and_time(camera: "OnvifCamera", _asked: str) -> str:
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>UTC0</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime>{date_time(camera.now())}</tt:UTCDateTime></tds:SystemDateAndTime>"
        "</tds:GetSystemDateAndTimeResponse>"
    )


def _services(camera: "OnvifCamera", _asked: str) -> str:
    entries = "".join(
        f"<tds:Service><tds:Namespace>{namespace}</tds:Namespace><tds:XAddr>{escape(camera.xaddr(name))}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
        for name, namespace in SERVICES.items()
        if name in camera.services
    )
    return f"<tds:GetServicesResponse>{entries}</tds:GetServicesResponse>"


def _capabilities(camera: "OnvifCamera", _asked: str) -> str:
    yes = "".join(f"<tt:{name}>false</tt:{name}>" for name in ("WSSubscriptionPolicySupport", "WSPullPointSupport"))
    return (
        "<tds:GetCapabilitiesResponse><tds:Capabilities>"
        f"<tt:Events><tt:XAddr>{camera.xaddr('events')}</tt:XAddr>{yes}"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport>"
        f"</tt:Events><tt:Media><tt:XAddr>{camera.xaddr('media')}</tt:XAddr>"
        "<tt:StreamingCapabilities/></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>"
    )


def _device_information(camera: "OnvifCamera", _asked: str) -> str:
    return (
        f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{escape(camera.manufacturer)}</tds:Manufacturer>"
        f"<tds:Model>{escape(camera.model)}</tds:Model><tds:FirmwareVersion>{escape(camera.firmware)}"
        f"</tds:FirmwareVersion><tds:SerialNumber>{escape(camera.serial)}</tds:SerialNumber>"
        f"<tds:HardwareId>{escape(camera.hardware)}</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def _ntp(_camera: "OnvifCamera", _asked: str) -> str:
    return (
        "<tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP><tt:NTPManual><tt:Type>DNS</tt:Type>"
        "<tt:DNSname>ntp.example.net</tt:DNSname></tt:NTPManual></tds:NTPInformation></tds:GetNTPResponse>"
    )


def _scopes(camera: "OnvifCamera", _asked: str) -> str:
    items = ("onvif://www.onvif.org/Profile/Streaming", f"onvif://www.onvif.org/name/{escape(camera.model)}")
    scopes = "".join(
        f"<tds:Scopes><tt:ScopeDef>Fixed</tt:ScopeDef><tt:ScopeItem>{item}</tt:ScopeItem></tds:Scopes>"
        for item in items
    )
    return f"<tds:GetScopesResponse>{scopes}</tds:GetScopesResponse>"


def _profiles(camera: "OnvifCamera", asked: str) -> str:
    if "ver20/media" in asked:
        return f"<tr2:GetProfilesResponse>{''.join(map(profile2, camera.profiles))}</tr2:GetProfilesResponse>"
    return f"<trt:GetProfilesResponse>{''.join(map(_profile, camera.profiles))}</trt:GetProfilesResponse>"


def _profile(profile: Profile) -> str:
    return (
        f'<trt:Profiles token="{profile.token}" fixed="true"><tt:Name>{profile.name}</tt:Name>'
        '<tt:VideoSourceConfiguration token="source"><tt:Name>source</tt:Name><tt:UseCount>1</tt:UseCount>'
        "<tt:SourceToken>source</tt:SourceToken>"
        f'<tt:Bounds x="0" y="0" width="{profile.width}" height="{profile.height}"/></tt:VideoSourceConfiguration>'
        f'<tt:VideoEncoderConfiguration token="{profile.token}"><tt:Name>{profile.name}</tt:Name>'
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{profile.encoding}</tt:Encoding><tt:Resolution>"
        f"<tt:Width>{profile.width}</tt:Width><tt:Height>{profile.height}</tt:Height></tt:Resolution>"
        f"<tt:Quality>4</tt:Quality><tt:RateControl><tt:FrameRateLimit>{profile.fps}</tt:FrameRateLimit>"
        f"<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>{profile.bitrate}</tt:BitrateLimit>"
        "</tt:RateControl><tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address>"
        "</tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
        "<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration></trt:Profiles>"
    )


def profile2(profile: Profile) -> str:
    """A media profile as Media2 tells it."""
    return (
        f'<tr2:Profiles token="{profile.token}" fixed="true"><tr2:Name>{profile.name}</tr2:Name><tr2:Configurations>'
        f'<tr2:VideoEncoder token="{profile.token}" GovLength="50" Profile="Main"><tt:Name>{profile.name}</tt:Name>'
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{profile.encoding}</tt:Encoding><tt:Resolution>"
        f"<tt:Width>{profile.width}</tt:Width><tt:Height>{profile.height}</tt:Height></tt:Resolution>"
        f'<tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>{profile.fps}.0</tt:FrameRateLimit>'
        f"<tt:BitrateLimit>{profile.bitrate}</tt:BitrateLimit></tt:RateControl><tt:Quality>4</tt:Quality>"
        "</tr2:VideoEncoder></tr2:Configurations></tr2:Profiles>"
    )


def _media_uri(operation: str, uri: str, asked: str) -> str:
    if "ver20/media" in asked:
        return f"<tr2:{operation}Response><tr2:Uri>{escape(uri)}</tr2:Uri></tr2:{operation}Response>"
    return (
        f"<trt:{operation}Response><trt:MediaUri><tt:Uri>{escape(uri)}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        f"<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:{operation}Response>"
    )


def _pull_point(camera: "OnvifCamera", _asked: str) -> str:
    camera.pull_points += 1
    now = camera.now()
    return (
        "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
        f"<wsa:Address>{camera.xaddr('pullpoint')}</wsa:Address></tev:SubscriptionReference>"
        f"<wsnt:CurrentTime>{stamp(now)}</wsnt:CurrentTime>"
        f"<wsnt:TerminationTime>{stamp(now + timedelta(seconds=60))}</wsnt:TerminationTime>"
        "</tev:CreatePullPointSubscriptionResponse>"
    )


def _messages(camera: "OnvifCamera", _asked: str) -> str:
    now = camera.now()
    return (
        f"<tev:PullMessagesResponse><tev:CurrentTime>{stamp(now)}</tev:CurrentTime>"
        f"<tev:TerminationTime>{stamp(now + timedelta(seconds=60))}</tev:TerminationTime>"
        + "".join(
            message(topic, {"Source": "source"}, {name: value}, now, "wsnt:NotificationMessage")
            for topic, name, value in camera.events
        )
        + "</tev:PullMessagesResponse>"
    )


def message(topic: str, source: Mapping[str, str], data: Mapping[str, str], at: datetime, tag: str) -> str:
    """A notification as events and event searches carry it (Core specification, 9.5)."""
    items = [
        "".join(f'<tt:SimpleItem Name="{name}" Value="{escape(value)}"/>' for name, value in part.items())
        for part in (source, data)
    ]
    return (
        f'<{tag}><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        f'{topic}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="{stamp(at)}" PropertyOperation="Initialized">'
        f"<tt:Source>{items[0]}</tt:Source><tt:Data>{items[1]}</tt:Data></tt:Message></wsnt:Message></{tag}>"
    )


def _unsubscribe(camera: "OnvifCamera", _asked: str) -> str:
    camera.pull_points -= 1
    return "<wsnt:UnsubscribeResponse/>"


Reply = Callable[["OnvifCamera", str], str]

HEALTHY: Mapping[str, Reply] = {
    "GetSystemDateAndTime": _system_date_and_time,
    "GetServices": _services,
    "GetCapabilities": _capabilities,
    "GetDeviceInformation": _device_information,
    "GetNTP": _ntp,
    "GetScopes": _scopes,
    "GetProfiles": _profiles,
    "GetStreamUri": lambda camera, asked: _media_uri("GetStreamUri", camera.stream_uri, asked),
    "GetSnapshotUri": lambda camera, asked: _media_uri("GetSnapshotUri", camera.snapshot_uri, asked),
    "CreatePullPointSubscription": _pull_point,
    "PullMessages": _messages,
    "Unsubscribe": _unsubscribe,
}
