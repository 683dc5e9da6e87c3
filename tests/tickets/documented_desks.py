"""Zammad, GLPI, Jira and ServiceNow as their public documentation describes them: what they want, and what they answer.

Each is a small server on loopback that is as strict as the documentation: a login, a field or a value that the real one
would refuse is refused here with the status and the words it documents. It is no proof that the real ones agree.
"""

import base64
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

Answer = tuple[int, Any]
NOTHING = (404, {"error": "not found"})


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class Issue:
    """What every desk has of one ticket."""

    id: int
    title: str
    key: str
    text: str
    state: str
    said: list[str] = field(default_factory=list)


class Documented:
    """A server over ``answer``; within ``with`` it listens at ``url``."""

    template: ClassVar[str]
    login: ClassVar[dict[str, Any]]
    wrong: ClassVar[dict[str, Any]]
    states: ClassVar[tuple[str, str, str]]  # new, resolved, opened again

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.refused: list[Answer] = []

    def answer(self, asked: Asked) -> Answer:
        raise NotImplementedError

    def enter(self, title: str, key: str, text: str) -> Issue:
        self.issues.append(Issue(len(self.issues) + 1, title, key, text, self.states[0]))
        return self.issues[-1]

    def issue(self, path: str, pattern: str) -> Issue | None:
        found = re.fullmatch(pattern, path)
        return next((one for one in self.issues if found and str(one.id) == found[1]), None)

    def __enter__(self) -> "Documented":
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                parts, size = urlsplit(self.path), int(self.headers.get("Content-Length") or 0)
                if size and self.headers.get("Content-Type") != "application/json":
                    return self._send((415, {"error": "not JSON"}))
                body = json.loads(self.rfile.read(size)) if size else None
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                return self._send(desk.answer(Asked(self.command, parts.path, query, dict(self.headers), body)))

            do_GET = do_POST = do_PUT = do_PATCH = _any

            def _send(self, answer: Answer) -> None:
                status, document = answer
                if status >= 400:
                    desk.refused.append(answer)
                body = b"" if document is None else json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """In silence."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Zammad(Documented):
    """docs.zammad.org, API: token access, tickets, articles. Without Elasticsearch a search is for the very words."""

    template, states = "zammad", ("new", "closed", "open")
    login: ClassVar[dict[str, Any]] = {"token": "t0ken", "fields": {"customer": "cctv@example.org"}}
    wrong: ClassVar[dict[str, Any]] = {"token": "wr0ng"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != "Token token=t0ken":
            return 401, {"error": "Invalid BasicAuth credentials"}
        if (asked.method, asked.path) == ("GET", "/api/v1/tickets/search"):
            words = asked.query["query"]
            found = [one for one in self.issues if words in one.title or any(words in said for said in one.said)]
            return 200, [self._shown(one) for one in found][: int(asked.query["limit"])]
        if (asked.method, asked.path) == ("POST", "/api/v1/tickets"):
            return self._made(asked.body)
        issue = self.issue(asked.path, r"/api/v1/tickets/(\d+)")
        return self._changed(issue, asked.body) if issue and asked.method == "PUT" else NOTHING

    def _made(self, body: Any) -> Answer:
        if body["group"] != "Users" or body["customer"] != "cctv@example.org":
            return 422, {"error": "No lookup value found for 'group'"}
        issue = self.enter(body["title"], body["title"], body["article"]["body"])
        return self._article(issue, body["article"]) or (201, self._shown(issue))

    def _changed(self, issue: Issue, body: Any) -> Answer:
        if body.get("state", "open") not in ("new", "open", "closed"):
            return 422, {"error": "No lookup value found for 'state'"}
        issue.state = body.get("state", issue.state)
        return self._article(issue, body["article"]) or (200, self._shown(issue))

    def _article(self, issue: Issue, article: Any) -> Answer | None:
        if article["type"] != "note" or article["content_type"] != "text/plain":
            return 422, {"error": "No lookup value found for 'type'"}
        for file in article.get("attachments", []):
            if not {"filename", "data", "mime-type"} <= file.keys() or not base64.b64decode(
                file["data"], validate=True
            ):
                return 422, {"error": "Attachment needs filename, data and mime-type"}
        issue.said.append(article["body"])
        return None

    def _shown(self, issue: Issue) -> Any:
        return {"id": issue.id, "number": f"{67000 + issue.id}", "title": issue.title, "state": issue.state}


class Glpi(Documented):
    """apirest.md of GLPI: a session by user token, search options 1 (title) and 2 (id), followups, states."""

    template, states = "glpi", ("1", "5", "2")
    login: ClassVar[dict[str, Any]] = {"token": "t0ken", "fields": {"app_token": "app"}}
    wrong: ClassVar[dict[str, Any]] = {"token": "wr0ng", "fields": {"app_token": "app"}}

    def __init__(self) -> None:
        super().__init__()
        self.sessions = 0

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/apirest.php/")
        if asked.headers.get("App-Token") != "app":
            return 400, ["ERROR_WRONG_APP_TOKEN_PARAMETER", "parameter app_token seems wrong"]
        if path == "initSession":
            if asked.headers.get("Authorization") != "user_token t0ken":
                return 401, ["ERROR_GLPI_LOGIN_USER_TOKEN", "parameter user_token seems invalid"]
            self.sessions += 1
            return 200, {"session_token": "83af7e"}
        if asked.headers.get("Session-Token") != "83af7e":
            return 401, ["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]
        if path == "killSession":
            self.sessions -= 1
            return 200, None
        return self._within(asked, path)

    def _within(self, asked: Asked, path: str) -> Answer:
        if (asked.method, path) == ("GET", "search/Ticket"):
            return self._found(asked.query)
        wanted = asked.body["input"]
        if (asked.method, path) == ("POST", "Ticket"):
            return 201, {"id": self.enter(wanted["name"], wanted["name"], wanted["content"]).id, "message": ""}
        if (asked.method, path) == ("POST", "ITILFollowup"):
            issue = self.issue(f"Ticket/{wanted['items_id']}", r"Ticket/(\d+)")
            if issue is None or wanted["itemtype"] != "Ticket":
                return 400, ["ERROR_GLPI_ADD", ""]
            issue.said.append(wanted["content"])
            return 201, {"id": 100 + len(issue.said), "message": ""}
        issue = self.issue(path, r"Ticket/(\d+)")
        if issue is None or asked.method != "PUT" or wanted["status"] not in "123456":
            return 400, ["ERROR_GLPI_UPDATE", [{"0": False, "message": "Item not found"}]]
        issue.state = wanted["status"]
        return 200, [{str(issue.id): True, "message": ""}]

    def _found(self, query: dict[str, str]) -> Answer:
        assert (query["criteria[0][field]"], query["forcedisplay[0]"]) == ("1", "2")
        assert query["criteria[0][searchtype]"] == "contains"
        found = [one for one in self.issues if query["criteria[0][value]"].lower() in one.title.lower()]
        if not found:
            return 200, {"totalcount": 0, "count": 0, "content-range": "0--1/0"}
        rows = [{"1": one.title, "2": one.id, "80": "Root entity"} for one in found][:1]
        status = 206 if len(found) > 1 else 200
        return status, {"totalcount": len(found), "count": len(rows), "data": rows}


class Jira(Documented):
    """The REST interface 3 of Jira Cloud: documents instead of texts, keys, transitions that answer 204."""

    template, states = "jira", ("To Do", "Done", "In Progress")
    login: ClassVar[dict[str, Any]] = {"username": "cctv@example.org", "password": "t0ken"}
    wrong: ClassVar[dict[str, Any]] = {"username": "cctv@example.org", "password": "wr0ng"}
    transitions: ClassVar[dict[str, str]] = {"31": "Done", "11": "In Progress"}

    def answer(self, asked: Asked) -> Answer:
        known = "Basic " + base64.b64encode(b"cctv@example.org:t0ken").decode()
        if asked.headers.get("Authorization") != known:
            return 401, {"errorMessages": ["You are not authenticated."], "errors": {}}
        path = asked.path.removeprefix("/rest/api/3/")
        if (asked.method, path) == ("GET", "search/jql"):
            label = re.fullmatch(r'labels = "([^"\s]+)" ORDER BY created ASC', asked.query["jql"])
            assert label, "this would be a JQL error"
            found = [{"id": str(one.id), "key": f"CCTV-{one.id}"} for one in self.issues if one.key == label[1]]
            return 200, {"issues": found[: int(asked.query["maxResults"])], "isLast": True}
        if (asked.method, path) == ("POST", "issue"):
            return self._made(asked.body["fields"])
        issue = self.issue(path, r"issue/CCTV-(\d+)/\w+")
        return self._done(issue, path.rpartition("/")[2], asked.body) if issue and asked.method == "POST" else NOTHING

    def _made(self, fields: Any) -> Answer:
        if fields["project"] != {"key": "CCTV"} or fields["issuetype"] != {"name": "Task"}:
            return 400, {"errorMessages": [], "errors": {"project": "valid project is required"}}
        if len(fields["summary"]) > 255 or "\n" in fields["summary"]:
            return 400, {"errorMessages": [], "errors": {"summary": "The summary is invalid"}}
        if any(re.search(r"\s", label) for label in fields["labels"]):
            return 400, {"errorMessages": [], "errors": {"labels": "The label contains spaces which is invalid."}}
        issue = self.enter(fields["summary"], fields["labels"][1], _document(fields["description"]))
        return 201, {"id": str(issue.id), "key": f"CCTV-{issue.id}", "self": f"{self.url}/rest/api/3/issue/{issue.id}"}

    def _done(self, issue: Issue, what: str, body: Any) -> Answer:
        if what == "comment":
            issue.said.append(_document(body["body"]))
            return 201, {"id": "10000"}
        if what != "transitions" or body["transition"]["id"] not in self.transitions:
            return 400, {"errorMessages": ["It seems that you have tried to perform an illegal workflow operation."]}
        issue.state = self.transitions[body["transition"]["id"]]
        return 204, None


def _document(document: Any) -> str:
    """The text of an Atlassian document: doc, version 1, blocks that hold text nodes that are not empty."""
    assert (document["type"], document["version"]) == ("doc", 1)
    texts = [node for block in document["content"] for node in block["content"]]
    assert all(block["type"] in ("paragraph", "codeBlock") for block in document["content"])
    assert all(node["type"] == "text" and node["text"] for node in texts)
    return "".join(node["text"] for node in texts)


class ServiceNow(Documented):
    """The Table API: everything in ``result``, sys_id, journals that are written and not read back."""

    template, states = "servicenow", ("1", "6", "2")
    login: ClassVar[dict[str, Any]] = {"username": "cctv", "password": "t0ken"}
    wrong: ClassVar[dict[str, Any]] = {"username": "cctv", "password": "wr0ng"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Authorization") != "Basic " + base64.b64encode(b"cctv:t0ken").decode():
            return 401, {"error": {"message": "User Not Authenticated"}, "status": "failure"}
        if asked.headers.get("Accept") != "application/json":
            return 406, {"error": {"message": "Unsupported media type"}, "status": "failure"}
        table = "/api/now/table/incident"
        if (asked.method, asked.path) == ("GET", table):
            name, _, wanted = asked.query["sysparm_query"].partition("=")
            assert (name, asked.query["sysparm_fields"]) == ("correlation_id", "sys_id")
            return 200, {"result": [{"sys_id": f"{one.id:032}"} for one in self.issues if one.key == wanted][:1]}
        if (asked.method, asked.path) == ("POST", table):
            body = asked.body
            made = self.enter(body["short_description"], body["correlation_id"], body["description"])
            return 201, {"result": {"sys_id": f"{made.id:032}", "number": f"INC{made.id:07}"}}
        issue = self.issue(asked.path, rf"{table}/0*(\d+)")
        return self._changed(issue, asked.body) if issue and asked.method == "PATCH" else NOTHING

    def _changed(self, issue: Issue, body: Any) -> Answer:
        if body.get("state") == "6" and not (body.get("close_code") and body.get("close_notes")):
            return 403, {"error": {"message": "Operation Failed", "detail": "Data Policy Exception: close_code"}}
        issue.state = body.get("state", issue.state)
        issue.said.append(body.get("close_notes") or body["work_notes"])
        return 200, {"result": {"sys_id": f"{issue.id:032}"}}


DESKS: tuple[type[Documented], ...] = (Zammad, Glpi, Jira, ServiceNow)
