"""Every address of the console and the API, every socket: what strangers and lesser roles get.

The addresses are read from the code. One with a parameter that nothing here can fill in, or that
anybody may open, fails a test until somebody has thought about it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from dashboard import nudges
from dashboard.api import limits
from dashboard.api.auth import Key
from dashboard.api.v1 import api
from dashboard.asgi import application
from dashboard.consumers.routes import routes
from dashboard.management.commands import export_openapi
from dashboard.models import Project, Role
from dashboard.services import keys
from tests.conftest import make_actor
from tests.dashboard.everything import Everything, rows_of

pytestmark = [pytest.mark.once]

# Addresses of the console that need no sign-in, each for a reason that its view tells.
PUBLIC = {"healthz", "readyz", "openapi-json", "openapi-view", "api-root", "sign-in",
          "sign-in-link", "sign-out"}  # fmt: skip
# What people change of their own, whatever their role.
ONES_OWN = {"account", "choose-project", "choose-theme", "dismiss-first-steps"}
REFUSED = {403, 404}
SCOPES = ("run", "read", "approve", "admin")


@dataclass(frozen=True)
class Page:
    """An address of the console."""

    name: str
    path: str  # with {parameters}
    parameters: tuple[str, ...]


def _patterns(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for found in resolver.url_patterns:
        path = before + str(found.pattern)
        if isinstance(found, URLResolver):
            yield from _patterns(found, path)
        else:
            yield path, found


def _pages() -> Iterator[Page]:
    for route, found in _patterns(get_resolver()):
        if route.startswith(("admin/", "v1/projects/")):
            continue
        plain = re.sub(r"\(\?P<(\w+)>([^)]*)\)", _group, route)
        plain = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", plain).replace("^", "").replace("$", "")
        choices = re.findall(r"\[([a-z|_-]+)\]", plain)
        for chosen in product(*[choice.split("|") for choice in choices]):
            path = plain
            for word in chosen:
                path = re.sub(r"\[[a-z|_-]+\]", word, path, count=1)
            yield Page(str(found.name), f"/{path}", tuple(re.findall(r"{(\w+)}", path)))


def _group(match: re.Match[str]) -> str:
    """A group of a regular expression: its choices, or the name of the parameter."""
    choices = re.fullmatch(r"[a-z_-]+(\|[a-z_-]+)*", match[2])
    return f"[{match[2]}]" if choices else "{" + match[1] + "}"


PAGES = list(_pages())


@dataclass(frozen=True)
class Operation:
    """An operation of the API."""

    method: str
    path: str
    scopes: tuple[str, ...]
    operation_id: str

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.path)


def _operations() -> Iterator[Operation]:
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for found in view.operations:
                [auth] = [one for one in found.auth_callbacks if isinstance(one, Key)]
                whole = f"/v1{prefix}{path}"
                for method in found.methods:
                    yield Operation(method, whole, auth.scopes, found.operation_id or whole)


OPERATIONS = list(_operations())
# As it is kept, which test_documents.py holds against the code: it takes seconds to write.
DOCUMENT: dict[str, Any] = json.loads(export_openapi.PATH.read_text())


def sample(schema: dict[str, Any]) -> Any:
    """The smallest value that a schema allows, as far as its keywords are common ones."""
    if "$ref" in schema:
        return sample(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return sample(schema[choice][0])
    if "enum" in schema or "const" in schema:
        return schema.get("const") or schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        known = schema.get("properties", {})
        return {name: sample(known.get(name, {})) for name in schema.get("required", [])}
    if kind == "array":
        return [sample(schema.get("items", {}))] * schema.get("minItems", 0)
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    if kind == "string":
        return "https://example.com/" if "uri" in schema.get("format", "") else "word"
    return {"boolean": True}.get(kind)


def body_of(operation: Operation) -> Any:
    """A body that the document allows."""
    told = DOCUMENT["paths"][operation.path][operation.method.lower()]
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    return sample(content["schema"]) if content else {}


# --- the console ------------------------------------------------------------------------------
@pytest.fixture
def ours(db: None, monkeypatch: pytest.MonkeyPatch) -> Everything:
    for name in ("count", "count_stranger"):
        monkeypatch.setattr(limits, name, lambda *_: None)
    return Everything.of("ours")


@pytest.fixture
def theirs(ours: Everything) -> Everything:
    return Everything.of("theirs")


def signed_in(project: Project, role: str) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(make_actor(project, f"{role}-of-{project.slug}", role).user)
    return client


def let_go(answer: Any) -> None:
    """Close the file that is sent. Not the answer: that would end the connection too."""
    for close in answer._resource_closers:
        close()


def told(failures: list[str]) -> None:
    assert not failures, "\n".join(failures)


def test_every_address_can_be_filled_in(ours: Everything) -> None:
    assert len(PAGES) > 60 and len(OPERATIONS) > 30
    paths = [(page.path, list(page.parameters)) for page in PAGES]
    paths += [(operation.path, operation.parameters) for operation in OPERATIONS]
    told([path for path, names in paths if not set(names) <= set(ours.ids)])


def test_no_address_is_left_out() -> None:
    """What Django answers is a page, an operation or the admin site's; each has its tests here."""
    pages, operations = {page.path for page in PAGES}, {one.path for one in OPERATIONS}
    failures = []
    for route, _ in _patterns(get_resolver()):
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        is_plain = "(?P<" not in route  # the others are among the pages once for each choice
        if is_plain and not path.startswith("/admin/") and path not in pages | operations:
            failures.append(path)
    told(failures)
    for part in ("/sessions/", "/inbox/", "/deliveries/", "/settings/", "/usage/"):
        assert any(path.startswith(part) for path in pages)
    assert sum(path.endswith("/events") for path in operations) >= 2


def test_no_page_is_for_anybody(ours: Everything) -> None:
    client, before = Client(raise_request_exception=False), rows_of(ours.project)
    failures = []
    for page in PAGES:
        if page.name in PUBLIC:
            continue
        path = page.path.format(**ours.fill(page.path, list(page.parameters)))
        for method in ("GET", "POST"):
            answer = client.generic(method, path)
            away = answer.status_code == 302 and answer["Location"].startswith("/sign-in/")
            if not away and answer.status_code not in {401, 403, 404, 405}:
                failures.append(f"{method} {page.path} {answer.status_code}")
    told(failures)
    assert rows_of(ours.project) == before


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR, Role.ADMIN])
def test_what_is_another_projects_does_not_exist(
    ours: Everything, theirs: Everything, role: str
) -> None:
    client, before = signed_in(ours.project, role), rows_of(theirs.project)
    failures = []
    for page in PAGES:
        ids = [name for name in page.parameters if name != "number"]
        if not ids or page.name in PUBLIC:
            continue
        foreign = theirs.fill(page.path, list(page.parameters))
        mixed = ours.fill(page.path, list(page.parameters)) | {ids[-1]: foreign[ids[-1]]}
        tries = (foreign, mixed) if len(ids) > 1 else (foreign,)
        for filled, method in product(tries, ("GET", "POST")):
            answer = client.generic(method, page.path.format(**filled))
            if answer.status_code not in REFUSED | {405}:
                failures.append(f"{method} {page.path} {answer.status_code}")
    told(failures)
    assert rows_of(theirs.project) == before


def test_no_page_tells_another_projects_ids(ours: Everything, theirs: Everything) -> None:
    client = signed_in(ours.project, Role.ADMIN)
    foreign = {id for name, id in theirs.ids.items() if "_" in id and name != "token"}
    failures = []
    for page in PAGES:
        path = page.path.format(**ours.fill(page.path, list(page.parameters)))
        answer = client.get(path)
        if answer.status_code >= 500 and page.name != "readyz":  # no worker runs here
            failures.append(f"{path} {answer.status_code}")
        seen = b"".join(answer) if answer.streaming else answer.content
        let_go(answer)
        failures += [f"{page.path} tells {id}" for id in foreign if id.encode() in seen]
    told(failures)


def test_a_viewer_changes_nothing(ours: Everything) -> None:
    client, before = signed_in(ours.project, Role.VIEWER), rows_of(ours.project)
    failures = []
    for page in PAGES:
        if page.name in PUBLIC | ONES_OWN:
            continue
        path = page.path.format(**ours.fill(page.path, list(page.parameters)))
        answer, looked = client.post(path), client.get(path)
        let_go(looked)
        # A view that only shows things shows them for a POST too.
        if answer.status_code not in REFUSED | {405} and not (
            answer.status_code == looked.status_code and answer.status_code in (200, 302)
        ):
            failures.append(f"{page.path} {answer.status_code}")
    told(failures)
    assert rows_of(ours.project) == before


# What operators may change of the settings.
OPERATORS_OWN = {"settings-revoke-rule"}
ADMINS = ("settings", "set-", "raise-", "add-endpoint", "secret-", "profile-", "key-", "member-",
          "test-")  # fmt: skip


def test_an_operator_changes_no_settings(ours: Everything) -> None:
    client, before = signed_in(ours.project, Role.OPERATOR), rows_of(ours.project)
    failures, tried = [], 0
    for page in PAGES:
        if not page.name.startswith(ADMINS) or page.name in OPERATORS_OWN:
            continue
        tried += 1
        path = page.path.format(**ours.fill(page.path, list(page.parameters)))
        answer, looked = client.post(path), client.get(path)
        only_shows = page.name == "settings-audit" and looked.status_code == answer.status_code
        if answer.status_code not in REFUSED | {405} and not only_shows:
            failures.append(f"{page.name} {answer.status_code}")
    told(failures)
    assert tried > 20 and rows_of(ours.project) == before


def test_a_change_without_its_token_is_refused(ours: Everything) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(ours.admin.user)
    failures = []
    for page in PAGES:
        if page.name in ("openapi-json", "openapi-view", "api-root"):
            continue
        path = page.path.format(**ours.fill(page.path, list(page.parameters)))
        if (status := client.post(path).status_code) not in (403, 405):
            failures.append(f"{page.path} {status}")
    told(failures)


def test_the_admin_site_is_for_staff(ours: Everything) -> None:
    client = signed_in(ours.project, Role.ADMIN)
    failures = []
    for route, found in _patterns(get_resolver()):
        if not route.startswith("admin/") or found.name in ("login", "admin-sign-in", "logout"):
            continue
        path = "/" + re.sub(r"\(\?P<\w+>.*\)\$?|<[^>]+>", "1", route).replace("$", "")
        answer = client.get(path)
        away = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
        # The short way to a row is itself for staff; its target would ask once more.
        if not away and answer.status_code not in REFUSED:
            failures.append(f"{path} {answer.status_code} {answer.headers.get('Location')}")
    told(failures)


# --- the API ----------------------------------------------------------------------------------
def call(key: str | None, operation: Operation, ids: dict[str, str]) -> Any:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    client = Client(raise_request_exception=False, headers=headers)
    path = operation.path.format(**ids)
    if operation.method == "GET":
        return client.get(path)
    return client.generic(
        operation.method, path, json.dumps(body_of(operation)), content_type="application/json"
    )


def new_key(project: Project, *scopes: str) -> str:
    return keys.create(project, name="-".join(scopes), scopes=list(scopes)).plain


def test_a_whole_key_of_ours_reads_all_that_is_ours(ours: Everything) -> None:
    """The ids are real: what strangers are refused below does exist."""
    key, failures = new_key(ours.project, *SCOPES), []
    for operation in OPERATIONS:
        if operation.method != "GET":
            continue
        ids = ours.fill(operation.path, operation.parameters)
        answer = call(key, operation, ids)
        let_go(answer)
        streams = operation.path.endswith("/events")  # they need the ASGI server
        if answer.status_code != 200 and not (streams and answer.status_code == 400):
            failures.append(f"{operation.path} {answer.status_code}")
    told(failures)


def test_no_operation_is_for_anybody_or_a_signed_in_person(ours: Everything) -> None:
    failures = []
    person = Client(raise_request_exception=False)
    person.force_login(ours.admin.user)
    for operation in OPERATIONS:
        ids = ours.fill(operation.path, operation.parameters)
        seen = [
            call(None, operation, ids),
            person.generic(operation.method, operation.path.format(**ids)),
        ]
        failures += [
            f"{operation.method} {operation.path} {answer.status_code}"
            for answer in seen
            if answer.status_code != 401
        ]
    told(failures)


def test_a_key_of_another_project_reaches_nothing(ours: Everything, theirs: Everything) -> None:
    key, before, failures = new_key(ours.project, *SCOPES), rows_of(theirs.project), []
    for operation in OPERATIONS:
        foreign = theirs.fill(operation.path, operation.parameters)
        own = ours.fill(operation.path, operation.parameters)
        tries = [foreign]
        ids = [name for name in operation.parameters if name != "project_id"]
        if ids:
            # With all that is before it ours, which exists; and in our project's name.
            tries.append(own | {ids[-1]: foreign[ids[-1]]})
        if len(ids) > 1:
            tries.append(foreign | {"project_id": ours.project.pk})
        for filled in tries:
            answer = call(key, operation, filled)
            if answer.status_code not in REFUSED:
                failures.append(
                    f"{operation.method} {operation.path} {answer.status_code} "
                    f"{answer.content[:300]!r}"
                )
    told(failures)
    assert rows_of(theirs.project) == before


@pytest.mark.parametrize("scope", SCOPES)
def test_a_key_does_what_its_scope_says(ours: Everything, scope: str) -> None:
    key, failures = new_key(ours.project, scope), []
    for operation in OPERATIONS:
        if scope == "admin" or scope in operation.scopes:
            continue
        answer = call(key, operation, ours.fill(operation.path, operation.parameters))
        if answer.status_code != 403:
            failures.append(f"{operation.method} {operation.path} {answer.status_code}")
    told(failures)


# --- sockets ----------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
async def test_no_socket_shows_another_projects_session() -> None:
    ours = await sync_to_async(Everything.of)("ours")
    theirs = await sync_to_async(Everything.of)("theirs")
    client = await sync_to_async(signed_in)(ours.project, Role.ADMIN)
    cookie = f"sessionid={client.cookies['sessionid'].value}".encode()
    names = [re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern)) for route in routes]
    for path in names:
        parameters = re.findall(r"{(\w+)}", path)
        address = "/" + path.format(**theirs.fill(path, parameters))
        who = [[]] if not parameters else [[], [(b"cookie", cookie)]]
        for more in who:
            headers = [(b"host", b"testserver"), (b"origin", b"http://testserver"), *more]
            socket = WebsocketCommunicator(application, address, headers=headers)
            accepted, code = await socket.connect(40)
            if accepted:  # a browser learns the code of an open socket only
                code = (await socket.receive_output(40))["code"]
            assert code in (4401, 4404), (address, code)
    console = WebsocketCommunicator(
        application, "/ws/console/",
        headers=[(b"host", b"testserver"), (b"origin", b"http://testserver"), (b"cookie", cookie)],
    )  # fmt: skip
    assert (await console.connect(40))[0]
    foreign = [f"{kind}:{theirs.ids[f'{kind}_id']}" for kind in ("session", "task")]
    await console.send_json_to({"subscribe": foreign})
    assert await console.receive_json_from(40) == {"subscribed": []}
    assert await console.receive_json_from(40) == {"refused": foreign}
    await console.disconnect()
    await nudges.hub().aclose()
