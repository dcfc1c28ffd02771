"""The practice site over real HTTP: what agents and other tests rely on."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, FormData
from aiohttp.test_utils import TestClient, TestServer

from practice.app import CARDS, create_app
from practice.signin import ACCOUNTS
from practice.stories import STORIES

CHECKOUT = {
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "address": "12 St James's Square",
    "card": "4242 4242 4242 4242",
    "delivery": "express",
}


@pytest.fixture
async def site() -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(create_app()), cookie_jar=CookieJar(unsafe=True)) as client:
        yield client


async def read(site: TestClient, path: str, status: int = 200) -> str:
    async with site.get(path) as answer:
        assert answer.status == status, path
        return await answer.text()


async def fill_cart(site: TestClient) -> None:
    async with site.post(
        "/shop/cart/add", data={"product": "enamel-mug", "quantity": "2"}
    ) as answer:
        assert answer.status == 200
        assert "£17.00" in await answer.text()


@pytest.mark.parametrize("path", ["/", *[card[2] for card in CARDS], "/shop/orders", "/shop/cart"])
async def test_every_page_opens_and_loads_nothing_from_elsewhere(
    site: TestClient, path: str
) -> None:
    text = await read(site, path)
    assert text.count("<h1>") == 1
    assert 'src="http' not in text and 'href="http' not in text
    assert '<link rel="stylesheet" href="/static/practice.css">' in text


async def test_search_narrows_and_sort_orders_the_catalogue(site: TestClient) -> None:
    assert "1 product<" in await read(site, "/shop/?q=blanket")
    assert "No product matches" in await read(site, "/shop/?q=<script>")
    cheapest_first = await read(site, "/shop/?sort=price-up")
    assert cheapest_first.index("Enamel mug") < cheapest_first.index("Toner cartridge")


async def test_a_category_is_found_however_it_is_written(site: TestClient) -> None:
    for written in ("Kitchen", "kitchen", "KITCHEN%20"):
        text = await read(site, f"/shop/?category={written}")
        assert "2 products<" in text
        assert "<option selected>Kitchen</option>" in text


async def test_a_category_that_the_shop_does_not_have_is_named(site: TestClient) -> None:
    text = await read(site, "/shop/?category=<Garden>")
    assert "There is no category “&lt;Garden&gt;”. There are Home, Kitchen, Office, Travel." in text
    assert "0 products<" in text


async def test_an_order_is_recorded_once_and_every_payment_attempt_counted(
    site: TestClient,
) -> None:
    await fill_cart(site)
    async with site.post("/shop/checkout", data=CHECKOUT) as answer:
        assert "Order PR-1001" in await answer.text()
    async with site.post("/shop/checkout", data=CHECKOUT) as answer:
        assert "nothing was ordered" in await answer.text()
    async with site.get("/shop/api/orders") as answer:
        found = await answer.json()
    assert (found["count"], found["payment_attempts"]) == (1, 2)
    assert found["orders"][0]["total"] == "26.50"
    assert found["orders"][0]["lines"] == [
        {"slug": "enamel-mug", "name": "Enamel mug", "quantity": 2, "price": "8.50"}
    ]
    assert "PR-1001" in await read(site, "/shop/orders")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": " "}, "Please fill in: name."),
        ({"email": "ada"}, "needs an @"),
        ({"card": "1234"}, "16 digits"),
        ({"delivery": "drone"}, "Choose a delivery"),
    ],
)
async def test_a_wrong_checkout_says_why_and_keeps_the_input(
    site: TestClient, change: dict[str, str], words: str
) -> None:
    await fill_cart(site)
    async with site.post("/shop/checkout", data=CHECKOUT | change) as answer:
        assert answer.status == 400
        text = await answer.text()
    assert words in text
    assert "12 St James&#x27;s Square" in text


async def test_cart_lines_can_be_changed_and_removed(site: TestClient) -> None:
    await fill_cart(site)
    async with site.post(
        "/shop/cart/update", data={"product": "enamel-mug", "quantity": "3"}
    ) as answer:
        assert "£25.50" in await answer.text()
    async with site.post(
        "/shop/cart/update", data={"product": "enamel-mug", "quantity": "0"}
    ) as answer:
        assert "Your cart is empty" in await answer.text()
    for data in ({"product": "storm-umbrella"}, {"product": "enamel-mug", "quantity": "-1"}):
        async with site.post("/shop/cart/add", data=data) as answer:
            assert answer.status == 400


async def test_carts_belong_to_one_visitor_each(site: TestClient) -> None:
    await fill_cart(site)
    async with ClientSession() as other, other.get(site.make_url("/shop/cart")) as answer:
        assert "Your cart is empty" in await answer.text()


async def sign_in(site: TestClient, password: str = ACCOUNTS["ada"]) -> tuple[int, str]:
    async with site.post("/signin/", data={"username": "ada", "password": password}) as answer:
        return answer.status, await answer.text()


async def test_signing_in_takes_the_password_and_the_code_on_the_phone(site: TestClient) -> None:
    assert "Enter the code" in (await sign_in(site))[1]
    async with site.get("/signin/api/phone") as answer:
        code = (await answer.json())["messages"][0]["code"]
    assert code in await read(site, "/signin/phone")
    wrong = "000000" if code != "000000" else "000001"
    async with site.post("/signin/code", data={"code": wrong}) as answer:
        assert answer.status == 401
        assert "2 tries left" in await answer.text()
    async with site.post("/signin/code", data={"code": f"{code[:3]} {code[3:]}"}) as answer:
        assert "Welcome, Ada Lovelace" in await answer.text()
    async with site.get("/signin/statement.csv") as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert "Train to Lisbon" in await answer.text()


async def test_three_wrong_codes_start_over(site: TestClient) -> None:
    await sign_in(site)
    for status in (401, 401, 401):
        async with site.post("/signin/code", data={"code": "not it"}) as answer:
            assert answer.status == status
    assert 'name="password"' in await read(site, "/signin/code")


async def test_five_wrong_passwords_lock_the_account(site: TestClient) -> None:
    for _ in range(5):
        assert (await sign_in(site, "wrong"))[0] == 401
    status, text = await sign_in(site)
    assert status == 429
    assert "Wait 30 seconds" in text


async def test_news_pages_hold_every_story_once(site: TestClient) -> None:
    seen = "".join([await read(site, f"/news/?page={n}") for n in (1, 2, 3)])
    assert len(STORIES) == 45
    for story in STORIES:
        assert seen.count(f'<li class="story" value="{story.number}">') == 1
    await read(site, "/news/?page=4", status=404)
    await read(site, "/news/item/46", status=404)
    assert f"{len(STORIES[0].comments)} comments" in await read(site, "/news/item/1")


async def test_the_form_repeats_what_arrived(site: TestClient) -> None:
    form = FormData()
    for name, value in [
        ("full_name", "<b>Zoë</b>"),
        ("meals", "lunch"),
        ("meals", "dinner"),
        ("departure", "2030-02-28"),
        ("pin", "1234"),
    ]:
        form.add_field(name, value)
    form.add_field("passport", b"hello", filename="scan.txt", content_type="text/plain")
    async with site.post("/forms/result", data=form) as answer:
        text = await answer.text()
    assert "&lt;b&gt;Zoë&lt;/b&gt;" in text
    assert ">lunch<" in text and ">dinner<" in text and ">2030-02-28<" in text
    assert f"scan.txt, 5 bytes, sha256 {hashlib.sha256(b'hello').hexdigest()}" in text
    assert "1234" not in text
    assert "TR-2001" in text


async def test_a_file_field_left_empty_is_no_file(site: TestClient) -> None:
    part = '--cut\r\nContent-Disposition: form-data; name="{}"; filename=""\r\n'
    part += "Content-Type: application/octet-stream\r\n\r\n\r\n"
    body = part.format("passport") + part.format("receipts") + "--cut--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    async with site.post("/forms/result", data=body, headers=headers) as answer:
        text = await answer.text()
    assert text.count("(no file)") == 2
    assert "bytearray" not in text


async def test_the_slow_page_waits_and_refuses_nonsense(site: TestClient) -> None:
    assert ">1 second<" in (choices := await read(site, "/slow/")) and ">3 seconds<" in choices
    text = await read(site, "/slow/?s=0.05")
    assert '<dd id="reference">SLOW-0000</dd>' in text
    for wrong in ("-1", "121", "soon", "nan", "inf"):
        await read(site, f"/slow/?s={wrong}", status=400)


async def test_the_price_can_be_set_by_form_and_by_json(site: TestClient) -> None:
    async with site.post("/price/set", data={"price": "£1,240"}) as answer:
        assert "£1,240.00" in await answer.text()
    async with site.post("/price/set", json={"price": "99.5", "in_stock": False}) as answer:
        assert await answer.json() == {"price": "99.50", "in_stock": False}
    assert "Out of stock" in await read(site, "/price/")
    for wrong in ({"price": "dear"}, {"price": "-1"}, {"price": "NaN"}, {"price": "1e99"}, [1]):
        async with site.post("/price/set", json=wrong) as answer:
            assert answer.status == 400
    async with site.get("/price/api") as answer:
        assert (await answer.json())["price"] == "99.50"


async def test_the_receiver_checks_signatures_and_fails_as_often_as_told(
    site: TestClient,
) -> None:
    key = b"0123456789abcdef"
    secret = "whsec_" + base64.b64encode(key).decode()
    mode = {"status": 503, "times": 1, "retry_after": "7", "secret": secret}
    async with site.post("/receiver/mode", json=mode) as answer:
        assert answer.status == 200
    body = b'{"type":"ping"}'
    mac = hmac.new(key, b"msg_1.1700000000." + body, hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": "v1,AAAA v1," + base64.b64encode(mac).decode(),
    }
    async with site.post("/receiver/", data=body, headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    async with site.post("/receiver/", data=body + b" ", headers=headers) as answer:
        assert answer.status == 200
    async with site.get("/receiver/api/hooks") as answer:
        found = await answer.json()
    assert [hook["signature"] for hook in found["hooks"]] == ["invalid", "valid"]
    assert [hook["answered"] for hook in found["hooks"]] == [200, 503]
    assert "2 webhooks received" in await read(site, "/receiver/")


@pytest.mark.parametrize(
    "wrong", [{"status": 99}, {"status": "x"}, {"delay_s": 61}, {"times": -1}, {"delay_s": "nan"}]
)
async def test_the_receiver_refuses_a_wrong_mode(
    site: TestClient, wrong: dict[str, object]
) -> None:
    async with site.post("/receiver/mode", json=wrong) as answer:
        assert answer.status == 400
        assert "must be" in (await answer.json())["error"]


async def test_reset_forgets_everything(site: TestClient) -> None:
    await fill_cart(site)
    await site.post("/shop/checkout", data=CHECKOUT)
    await site.post("/receiver/", data=b"x")
    async with site.post("/reset") as answer:
        assert answer.status == 200
    async with site.get("/shop/api/orders") as answer:
        assert (await answer.json())["count"] == 0
    async with site.get("/receiver/api/hooks") as answer:
        assert (await answer.json())["received"] == 0


async def test_an_address_without_its_last_slash_leads_to_the_page(site: TestClient) -> None:
    assert "<h1>Shop</h1>" in await read(site, "/shop")
    assert "1 product<" in await read(site, "/shop?q=blanket")
    assert "Page not found" in await read(site, "/shopping", 404)


async def test_a_cart_and_an_order_outlive_the_site(tmp_path: Path) -> None:
    jar = CookieJar(unsafe=True)
    kept = tmp_path / "practice.json"

    def visit() -> TestClient:
        return TestClient(TestServer(create_app(kept)), cookie_jar=jar)

    async with visit() as site:
        await fill_cart(site)
    jar.clear(lambda cookie: not cookie["max-age"])  # as a browser that ends does
    async with visit() as site:
        assert "£17.00" in await read(site, "/shop/cart")
        async with site.post("/shop/checkout", data=CHECKOUT) as answer:
            assert "PR-1001" in await answer.text()
    async with visit() as site:
        order = await read(site, "/shop/orders/PR-1001")
        assert "Enamel mug" in order and "£26.50" in order
        assert "Your cart is empty" in await read(site, "/shop/cart")
        async with site.post("/reset") as answer:
            assert answer.status == 200
    kept.write_text("{")  # somebody's editor: the site begins anew
    async with visit() as site:
        await read(site, "/shop/orders/PR-1001", 404)
