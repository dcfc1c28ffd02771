"""A form with every kind of field, and a page that repeats what arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from practice.layout import e, field, page, plural
from practice.state import state_of

CITIES = ("Amsterdam", "Lisbon", "London", "Oslo", "Paris", "Prague", "Rome", "Vienna", "Zurich")
EXTRAS = ("Breakfast", "Late check-out", "Parking", "Quiet room", "Airport transfer", "Cot")
routes = web.RouteTableDef()


def _options(values: tuple[str, ...], first: str = "") -> str:
    empty = f'<option value="">{first}</option>' if first else ""
    return empty + "".join(f"<option>{value}</option>" for value in values)


def _checks(kind: str, name: str, choices: dict[str, str], checked: str = "") -> str:
    return "".join(
        f'<label class="check"><input type="{kind}" name="{name}" value="{value}"'
        f"{' checked' if value == checked else ''}> {label}</label>"
        for value, label in choices.items()
    )


def _traveller() -> str:
    return (
        field("full_name", "Full name", '<input id="full_name" name="full_name" required '
              'autocomplete="name" maxlength="100">')
        + field("email", "Email", '<input id="email" name="email" type="email" required '
                'autocomplete="email" placeholder="name@example.com">')
        + field("phone", "Phone", '<input id="phone" name="phone" type="tel" autocomplete="tel">')
        + field("website", "Web site", '<input id="website" name="website" type="url" '
                'placeholder="https://">')
        + field("pin", "Travel PIN", '<input id="pin" name="pin" type="password" '
                'autocomplete="off" aria-describedby="pin-hint">', "Four digits you choose.")
        + field("employee", "Employee number", '<input id="employee" name="employee" '
                'value="E-2047" readonly>')
        + field("cost_centre", "Cost centre", '<input id="cost_centre" value="4410" disabled>')
    )  # fmt: skip


def _trip() -> str:
    return (
        field("city", "Destination", '<input id="city" name="city" list="cities" '
              'autocomplete="off"><datalist id="cities">'
              + "".join(f'<option value="{city}">' for city in CITIES) + "</datalist>")
        + field("country", "Country", '<select id="country" name="country">'
                + _options(("Austria", "Czechia", "France", "Italy", "Netherlands", "Norway",
                            "Portugal", "Switzerland", "United Kingdom"), "Choose a country")
                + "</select>")
        + field("departure", "Departure date", '<input id="departure" name="departure" '
                'type="date">')
        + field("departure_time", "Departure time", '<input id="departure_time" '
                'name="departure_time" type="time">')
        + field("meeting", "First meeting", '<input id="meeting" name="meeting" '
                'type="datetime-local">')
        + field("week", "Calendar week", '<input id="week" name="week" type="week">')
        + field("month", "Billing month", '<input id="month" name="month" type="month">')
        + field("nights", "Nights", '<input id="nights" name="nights" type="number" min="1" '
                'max="30" value="1">')
    )  # fmt: skip


def _stay() -> str:
    room = _checks(
        "radio", "room", {"single": "Single", "double": "Double", "suite": "Suite"}, "single"
    )
    meals = _checks(
        "checkbox", "meals", {"breakfast": "Breakfast", "lunch": "Lunch", "dinner": "Dinner"}
    )
    return (
        f'<fieldset class="inner"><legend>Room</legend>{room}</fieldset>'
        f'<fieldset class="inner"><legend>Meals</legend>{meals}</fieldset>'
        + field("extras", "Extras", f'<select id="extras" name="extras" multiple size="6" '
                f'aria-describedby="extras-hint">{_options(EXTRAS)}</select>',
                "Choose as many as you like.")
        + field("budget", "Budget a night", '<input id="budget" name="budget" type="range" '
                'min="50" max="400" step="10" value="120" data-shows="budget-value">'
                '<output id="budget-value" for="budget">120</output>')
        + field("tag_colour", "Luggage tag colour", '<input id="tag_colour" name="tag_colour" '
                'type="color" value="#2f6690">')
        + '<div class="field"><span id="updates-label">Text message updates</span>'
        '<button type="button" role="switch" aria-checked="false" aria-labelledby="updates-label" '
        'class="switch" data-switch="updates"></button>'
        '<input type="hidden" name="updates" value="off" id="updates"></div>'
    )  # fmt: skip


def _papers() -> str:
    return (
        field("passport", "Passport scan", '<input id="passport" name="passport" type="file" '
              'accept=".pdf,.png,.jpg,.txt">')
        + field("receipts", "Other papers", '<input id="receipts" name="receipts" type="file" '
                "multiple>")
        + field("reason", "Reason for the trip", '<textarea id="reason" name="reason" rows="4" '
                'maxlength="2000"></textarea>')
        + '<div class="field wide-field"><span id="notes-label">Notes to the office</span>'
        '<div id="notes-editor" class="editor" contenteditable="true" role="textbox" '
        'aria-multiline="true" aria-labelledby="notes-label" data-copies-to="notes"></div>'
        '<input type="hidden" id="notes" name="notes"></div>'
        + field("find", "Search our guides", '<input id="find" name="find" type="search">')
        + '<label class="check"><input type="checkbox" name="terms" value="accepted" '
        'id="terms" required> I accept the travel rules</label>'
    )  # fmt: skip


@routes.get("/forms/")
async def show(request: web.Request) -> web.Response:
    body = f"""<h1>Travel request</h1>
<p>A form with every kind of field. Name, email and the travel rules are required.</p>
<form method="post" action="/forms/result" enctype="multipart/form-data" class="stack">
<fieldset><legend>Traveller</legend>{_traveller()}</fieldset>
<fieldset><legend>Trip</legend>{_trip()}</fieldset>
<fieldset><legend>Stay</legend>{_stay()}</fieldset>
<fieldset><legend>Papers</legend>{_papers()}</fieldset>
<input type="hidden" name="form_version" value="7">
<p class="row"><button name="action" value="send">Send request</button>
<button name="action" value="draft" class="quiet" formnovalidate>Save draft</button>
<button type="reset" class="quiet" data-confirm="Empty the whole form?">Start again</button></p>
</form>"""
    return page("Travel request", body, section="forms")


def _echo(values: Iterable[tuple[str, Any]]) -> list[tuple[str, str]]:
    rows = []
    for name, value in values:
        if isinstance(value, bytes | bytearray):
            # Without a file's name: as a file field arrives that was left empty.
            rows.append((name, f"{len(value)} bytes" if value else "(no file)"))
        elif isinstance(value, web.FileField):
            data = value.file.read()
            digest = hashlib.sha256(data).hexdigest()
            rows.append((name, f"{value.filename}, {len(data)} bytes, sha256 {digest}"))
        elif name == "pin":
            rows.append((name, "•" * len(value) or "(empty)"))
        else:
            rows.append((name, str(value) or "(empty)"))
    return rows


@routes.post("/forms/result")
async def result(request: web.Request) -> web.Response:
    """What arrived, one row per value. Files are named, measured and hashed, not kept."""
    state = state_of(request)
    rows = _echo((await request.post()).items())
    state.submissions += 1
    cells = "".join(
        f'<tr><th scope="row">{e(name)}</th><td data-field="{e(name)}">{e(value)}</td></tr>'
        for name, value in rows
    )
    body = f"""<h1>Request received</h1>
<p class="notice" data-kind="good" role="status">Thank you. Your reference is
<strong id="reference">TR-{2000 + state.submissions}</strong>.</p>
<p>{plural(len(rows), "value")} arrived:</p>
<div class="wide"><table><thead><tr><th scope="col">Field</th><th scope="col">Value</th></tr>
</thead><tbody>{cells}</tbody></table></div>
<p><a class="button quiet" href="/forms/">Fill in another</a></p>"""
    return page("Request received", body, section="forms")
