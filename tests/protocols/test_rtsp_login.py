"""The login over RTSP: sent once, never again after a refusal, and never to another host."""

import ssl
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from scripted_camera import Request, ScriptedCamera, reply

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.auth import Authorizer, Challenge, parse_challenges
from monitor.protocols.rtsp import StreamLook, look

ACCOUNT = Credentials("monitor", "secret")
DIGEST = 'Digest realm="cam", nonce="n1", qop="auth", algorithm=SHA-256'
NEW = LoginState()
QUICK = {"watch_seconds": 0.1, "phase_seconds": 5.0, "packet_age_seconds": 5.0, "key_frame_seconds": 5.0}


async def see(camera: ScriptedCamera, credentials=ACCOUNT, login=NEW, url="") -> StreamLook:
    seen = await look(url or camera.url, credentials, login, deadline=Deadline.after(9), **QUICK)
    await camera.closed()
    return seen


def demand(request: Request, challenge: str) -> bytes:
    return reply(request, "401 Unauthorized", WWW_Authenticate=challenge)


def guarded(challenge: str = DIGEST, account: Credentials = ACCOUNT) -> ScriptedCamera:
    """A camera that wants a login for every request, and checks it with the nonce counted."""
    verifier = Authorizer(account, parse_challenges([challenge])[0])
    used: set[str] = set()

    def check(request: Request) -> bytes:
        sent = request.headers.get("authorization", "")
        if not sent or sent in used or not _matches(sent, verifier.challenge, account, request):
            return demand(request, challenge)
        used.add(sent)
        return camera.default(request)

    camera = ScriptedCamera(on=dict.fromkeys(("DESCRIBE", "SETUP", "PLAY", "TEARDOWN"), check))
    return camera


def _matches(sent: str, challenge: Challenge, account: Credentials, request: Request) -> bool:
    fields = parse_challenges([sent])[0].parameters
    again = Authorizer(account, challenge, cnonce=fields.get("cnonce", ""))
    for _ in range(int(fields.get("nc", "1"), 16)):
        expected = again.header(request.method, request.url)
    return sent == expected


async def test_digest_covers_every_request_with_a_rising_count_and_fresh_cnonce():
    async with guarded() as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.login_worked is True
    assert camera.methods == ["DESCRIBE", "DESCRIBE", "SETUP", "PLAY", "TEARDOWN"]
    sent = [parse_challenges([request.headers["authorization"]])[0].parameters for request in camera.requests[1:]]
    assert [fields["nc"] for fields in sent] == ["00000001", "00000002", "00000003", "00000004"]
    assert len({fields["cnonce"] for fields in sent}) == 4


async def test_basic_is_sent_only_after_it_was_asked_for():
    def check(request: Request) -> bytes:
        right = request.headers.get("authorization") == "Basic bW9uaXRvcjpzZWNyZXQ="
        return camera.default(request) if right else demand(request, 'Basic realm="cam"')

    async with ScriptedCamera(on={"DESCRIBE": check}) as camera:
        seen = await see(camera)
    assert (seen.outcome, seen.login_worked) == (Outcome.SEEN, True)
    assert "authorization" not in camera.requests[0].headers


async def test_credentials_in_the_url_are_used_and_taken_out():
    async with guarded() as camera:
        seen = await see(camera, None, url=camera.url.replace("://", "://monitor:%73ecret@"))
    assert seen.login_worked is True
    assert all("secret" not in request.url for request in camera.requests)


@pytest.mark.parametrize("challenge", [DIGEST, 'Basic realm="cam"', 'Digest realm="x", nonce="1"'])
async def test_a_wrong_password_is_sent_exactly_once(challenge):
    async with ScriptedCamera(on={"DESCRIBE": lambda request: demand(request, challenge)}) as camera:
        seen = await see(camera)
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH, False)
    assert ["authorization" in request.headers for request in camera.requests] == [False, True]


async def test_a_new_nonce_without_stale_is_no_second_attempt():
    nonces = iter("abcdefgh")
    on = {"DESCRIBE": lambda request: demand(request, f'Digest realm="cam", nonce="{next(nonces)}"')}
    async with ScriptedCamera(on=on) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.AUTH
    assert len(camera.requests) == 2


async def test_a_nonce_that_is_always_stale_is_renewed_only_once():
    nonces = iter("abcdefgh")
    on = {"DESCRIBE": lambda request: demand(request, f'Digest realm="cam", nonce="{next(nonces)}", stale=true')}
    async with ScriptedCamera(on=on) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.AUTH
    assert len(camera.requests) == 3


async def test_a_stale_nonce_is_renewed_in_the_middle_of_a_session():
    """After DESCRIBE was accepted the camera turns its nonce over, with or without saying stale."""

    def setup(request: Request) -> bytes:
        if 'nonce="n2"' in request.headers["authorization"]:
            return camera.default(request)
        return demand(request, 'Digest realm="cam", nonce="n2"')

    async with guarded() as camera:
        camera.on["SETUP"] = setup
        camera.on["PLAY"] = camera.default
        seen = await see(camera)
    assert (seen.outcome, seen.login_worked) == (Outcome.SEEN, True)
    assert camera.methods.count("SETUP") == 2


async def test_no_credentials_configured():
    async with guarded() as camera:
        seen = await see(camera, None)
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH_MISSING, None)
    assert len(camera.requests) == 1


async def test_a_resting_account_is_not_sent_and_the_reason_says_until_when():
    refused = datetime.now(UTC) - timedelta(minutes=5)
    login = LoginState(refused, refused + timedelta(hours=12))
    async with guarded() as camera:
        seen = await see(camera, login=login)
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH_RESTING, None)
    assert "authorization" not in camera.requests[0].headers
    assert f"{refused:%Y-%m-%d %H:%M} UTC" in seen.reason
    assert f"{login.rest_until:%Y-%m-%d %H:%M} UTC" in seen.reason
    assert "lock the account" in seen.reason


async def test_a_resting_account_hinders_no_camera_that_asks_for_none():
    login = LoginState(datetime.now(UTC), datetime.now(UTC) + timedelta(hours=1))
    async with ScriptedCamera() as camera:
        seen = await see(camera, login=login)
    assert (seen.outcome, seen.login_worked) == (Outcome.SEEN, None)


async def test_an_account_that_has_rested_is_tried_again():
    login = LoginState(datetime.now(UTC) - timedelta(hours=13), datetime.now(UTC) - timedelta(hours=1))
    async with guarded() as camera:
        assert (await see(camera, login=login)).login_worked is True


async def test_a_forbidden_stream_says_nothing_about_the_login():
    def forbid(request: Request) -> bytes:
        return reply(request, "403 Forbidden") if "authorization" in request.headers else demand(request, DIGEST)

    async with ScriptedCamera(on={"DESCRIBE": forbid}) as camera:
        seen = await see(camera)
    assert (seen.outcome, seen.login_worked) == (Outcome.FORBIDDEN, None)


async def test_an_unknown_way_to_log_in_sends_no_credentials():
    async with ScriptedCamera(on={"DESCRIBE": lambda request: demand(request, "Negotiate")}) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.UNSUPPORTED
    assert len(camera.requests) == 1


async def test_a_redirect_on_the_same_host_is_followed_once():
    def away(request: Request) -> bytes:
        return reply(request, "302 Found", Location=f"rtsp://x:y@127.0.0.1:{camera.port}/other")

    def describe(request: Request) -> bytes:
        return camera.default(request) if request.url.endswith("/other") else away(request)

    async with ScriptedCamera(on={"DESCRIBE": describe}) as camera:
        assert (await see(camera)).outcome is Outcome.SEEN
        assert camera.connections == 2
        camera.on["DESCRIBE"] = away
        assert (await see(camera)).outcome is Outcome.REDIRECTED
        assert camera.connections == 4


async def test_where_a_redirect_leads_is_told_without_its_login():
    location = "rtsp://admin:geheim@192.0.2.9:554/live"
    on = {"DESCRIBE": lambda request: reply(request, "302 Found", Location=location)}
    async with ScriptedCamera(on=on) as camera:
        seen = await see(camera)
    assert "(302 Found → 192.0.2.9:554)" in seen.reason


@pytest.mark.parametrize("elsewhere", ["rtsp://127.0.0.2:{port}/live", "http://127.0.0.1/", "", "rtsp://[/"])
async def test_a_redirect_to_another_place_is_never_followed(elsewhere):
    def away(request: Request) -> bytes:
        return reply(request, "301 Moved Permanently", Location=elsewhere.format(port=camera.port))

    async with ScriptedCamera(on={"DESCRIBE": away}) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.REDIRECTED
    assert camera.connections == 1


async def test_addresses_in_the_description_are_pinned_to_the_configured_host():
    """Behind address translation cameras name their inner address; a hostile one may name any other."""

    def describe(request: Request) -> bytes:
        sdp = camera.sdp.replace("a=control:track1", "a=control:rtsp://192.0.2.99:9/inner/track1?k=v")
        return reply(request, body=sdp, Content_Base="rtsp://192.0.2.99/inner/")

    async with ScriptedCamera(on={"DESCRIBE": describe}) as camera:
        assert (await see(camera)).outcome is Outcome.SEEN
    here = f"rtsp://127.0.0.1:{camera.port}/inner/"
    assert [request.url for request in camera.requests[1:]] == [here + "track1?k=v", here, here]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "1", "-subj", "/CN=camera"]
    subprocess.run([*command, "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.load_cert_chain(cert, key)
    return context


async def test_tls_with_a_weak_self_signed_certificate(certificate):
    async with ScriptedCamera(tls=certificate) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.facts["tls"] == {"verified": False}
    assert camera.methods[-1] == "TEARDOWN"


async def test_tls_against_a_port_that_speaks_none():
    async with ScriptedCamera(greeting=b"RTSP/1.0 400 Bad Request\r\n\r\n") as camera:
        seen = await see(camera, url=camera.url.replace("rtsp://", "rtsps://"))
    assert seen.outcome is Outcome.TLS


async def test_a_redirect_never_leads_from_tls_to_plain_text(certificate):
    def away(request: Request) -> bytes:
        return reply(request, "302 Found", Location=f"rtsp://127.0.0.1:{camera.port}/live")

    async with ScriptedCamera(tls=certificate, on={"DESCRIBE": away}) as camera:
        seen = await see(camera)
    assert seen.outcome is Outcome.REDIRECTED
    assert camera.connections == 1


async def test_what_begins_under_tls_is_not_sent_in_the_clear_over_udp(certificate):
    refusing = ScriptedCamera(
        on={"SETUP": lambda request: reply(request, "461 Unsupported Transport")}, tls=certificate
    )
    async with refusing as camera:
        assert (await see(camera)).outcome is Outcome.UNSUPPORTED
    assert camera.methods.count("SETUP") == 1
