"""A news list in pages, with points and comments, and a page for every article."""

from __future__ import annotations

from aiohttp import web

from practice.layout import e, page, plural
from practice.stories import STORIES, Story

PER_PAGE = 15
PAGES = -(-len(STORIES) // PER_PAGE)
routes = web.RouteTableDef()


def _item(story: Story) -> str:
    site = f' <span class="site">({story.site})</span>' if story.site else ""
    address = f"/news/item/{story.number}"
    return f"""<li class="story" value="{story.number}">
<div><a class="title" href="{address}">{e(story.title)}</a>{site}
<p class="meta"><span class="points">{plural(story.points, "point")}</span> by
<span class="author">{story.author}</span>
<span class="age">{plural(story.hours_ago, "hour")} ago</span> ·
<a class="comments" href="{address}#comments">{plural(len(story.comments), "comment")}</a></p>
</div></li>"""


def _pager(number: int) -> str:
    links = []
    if number > 1:
        links.append(f'<a class="button quiet" href="/news/?page={number - 1}">Previous</a>')
    for n in range(1, PAGES + 1):
        current = ' aria-current="page"' if n == number else ""
        links.append(f'<a href="/news/?page={n}"{current}>{n}</a>')
    if number < PAGES:
        links.append(f'<a class="button quiet" rel="next" href="/news/?page={number + 1}">More</a>')
    return f'<nav class="pager" aria-label="Pages">{"".join(links)}</nav>'


@routes.get("/news/")
async def listing(request: web.Request) -> web.Response:
    """Fifteen stories, best first; ?page=2 shows the next ones."""
    text = request.query.get("page", "1")
    number = int(text) if text.isdecimal() and len(text) < 5 else 0
    if not 1 <= number <= PAGES:
        raise web.HTTPNotFound
    stories = STORIES[(number - 1) * PER_PAGE : number * PER_PAGE]
    items = "".join(_item(story) for story in stories)
    body = f"""<h1>News</h1><ol class="stories" start="{stories[0].number}">{items}</ol>
{_pager(number)}"""
    return page(f"News, page {number}" if number > 1 else "News", body, section="news")


@routes.get("/news/item/{number}")
async def article(request: web.Request) -> web.Response:
    text = request.match_info["number"]
    if not (text.isdecimal() and len(text) < 5 and 1 <= int(text) <= len(STORIES)):
        raise web.HTTPNotFound
    story = STORIES[int(text) - 1]
    paragraphs = "".join(f"<p>{e(paragraph)}</p>" for paragraph in story.paragraphs)
    comments = "".join(
        f'<li><p class="meta"><b>{c.author}</b> {plural(c.hours_ago, "hour")} ago</p>'
        f"<p>{e(c.text)}</p></li>"
        for c in story.comments
    )
    said = f'<ul class="thread">{comments}</ul>' if comments else "<p>No comments yet.</p>"
    body = f"""<p class="crumbs"><a href="/news/">News</a> › Story {story.number}</p>
<article class="text"><h1>{e(story.title)}</h1>
<p class="meta">{plural(story.points, "point")} by {story.author},
{plural(story.hours_ago, "hour")} ago{f", {story.site}" if story.site else ""}</p>
{paragraphs}</article>
<section id="comments" class="text"><h2>{plural(len(story.comments), "comment")}</h2>{said}
</section>"""
    return page(story.title, body, section="news")
