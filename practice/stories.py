"""The news site's stories: titles written by hand, the rest derived from them, the same always."""

from __future__ import annotations

import random
from dataclasses import dataclass

_TITLES = """
A town library that lends telescopes|stars.example
Why our trains are late: three years of data|rails.example
Show: a sundial you can print|paper.example
The quiet return of the bicycle courier|streets.example
Ask: what did you learn from teaching a child to code?|
Bread that keeps for ten days without additives|oven.example
How a lighthouse keeper kept time|coast.example
SQLite on a tractor|fields.example
A map of every public bench in Vienna|maps.example
What the river does at night|water.example
Repairing a 1962 radio with modern parts|solder.example
Notes on naming things in a shared codebase|code.example
The orchard that forgot to stop flowering|fields.example
Measuring noise in open-plan offices|rooms.example
Show: a text editor for one-page letters|paper.example
A field guide to roadside weeds|fields.example
Ask: how do you back up family photos?|
The mathematics of queueing for coffee|numbers.example
When the post arrived twice a day|letters.example
Glass that mends its own scratches|labs.example
Ten years of running a mailing list|letters.example
A cheap seismometer for schools|labs.example
Why bridges hum in the wind|streets.example
Learning Portuguese on the night train|rails.example
The last maker of paper straws by hand|paper.example
An index of forgotten card games|tables.example
Show: turn any wall into a dartboard score|numbers.example
How moss cleaned a city square|streets.example
Rewriting a payroll system over one weekend|code.example
The cook who measures with teacups|oven.example
A year without notifications|rooms.example
Finding wells with old parish records|maps.example
What beekeepers know about weather|fields.example
Ask: which tool has lasted you longest?|
The ferry timetable as a work of art|coast.example
Heat pumps in rented flats: a field test|rooms.example
Tracing one parcel across nine borders|letters.example
An honest benchmark of paper planes|numbers.example
The tide mill that powers a bakery|water.example
Restoring colour to a faded mural|streets.example
Show: bird calls on a pocket calculator|labs.example
How to read a knitting chart|tables.example
Small museums and the art of labels|rooms.example
The stairs that count your steps|numbers.example
A calendar for people who dislike calendars|paper.example
""".strip().splitlines()

_PARAGRAPHS = (
    "It began with a question nobody had thought worth asking, and a notebook to write down "
    "what happened. Within a month there were forty pages and one clear pattern.",
    "The first results were discouraging. Two measurements in three had to be thrown away, "
    "because the instrument had been standing too close to a radiator.",
    "What changed the work was a neighbour, who had done the same by hand for thirty years and "
    "kept every receipt. Her boxes turned out to be the best data set in the country.",
    "Costs stayed low. Apart from postage and a second-hand scanner, everything was borrowed, "
    "and most of it was returned in better order than before.",
    "Critics point out that one place is not the world. The authors agree, and have published "
    "their method so that others can try it where the light, the soil and the people differ.",
    "The next step is smaller than it sounds: do it again next year, with the same tools, and "
    "see whether the answer holds.",
)
_COMMENTS = (
    "I tried this last winter and got much the same result.",
    "The chart on the second page deserves its own article.",
    "My grandfather did this for a living and would have laughed at the price.",
    "Has anybody repeated it somewhere colder?",
    "The method matters more than the number here.",
    "Lovely writing. I read it twice.",
    "There is a mistake in the third paragraph: it should be litres, not gallons.",
    "We do this at our school every spring and the children love it.",
    "Counterpoint: it only works if you already own the tools.",
    "Thank you for publishing the raw data.",
)
_AUTHORS = (
    "marlow",
    "ines",
    "tobias",
    "okafor",
    "hanne",
    "yuki",
    "petra",
    "silas",
    "amara",
    "leif",
)


@dataclass(frozen=True)
class Comment:
    author: str
    hours_ago: int
    text: str


@dataclass(frozen=True)
class Story:
    """One story. `site` is empty when it is a question to the readers."""

    number: int  # rank, from 1
    title: str
    site: str
    points: int
    author: str
    hours_ago: int
    paragraphs: tuple[str, ...]
    comments: tuple[Comment, ...]


def _story(number: int, line: str) -> Story:
    title, _, site = line.partition("|")
    pick = random.Random(number * 7919)  # the same story every time the site starts
    comments = tuple(
        Comment(pick.choice(_AUTHORS), pick.randint(1, 20), pick.choice(_COMMENTS))
        for _ in range(pick.randint(0, 14))
    )
    return Story(
        number=number,
        title=title,
        site=site,
        points=max(3, int(480 / number**0.55) + pick.randint(-9, 9)),
        author=pick.choice(_AUTHORS),
        hours_ago=pick.randint(1, 23),
        paragraphs=tuple(pick.sample(_PARAGRAPHS, 4)),
        comments=comments,
    )


STORIES = tuple(_story(number, line) for number, line in enumerate(_TITLES, 1))
