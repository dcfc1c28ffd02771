"""What is said at a handback reaches the agent once, also when nobody ran the task then."""

from __future__ import annotations

from agents.control import RunControl


async def test_a_note_left_while_the_task_was_parked_is_told_once():
    told: list[str] = []
    control = RunControl()
    control.leave_note("handback:3", "The code is 7")
    assert control.take_handback(told, resumed=True) == (True, ["The code is 7"])
    again = RunControl()  # the next worker finds the same note
    again.leave_note("handback:3", "The code is 7")
    assert again.take_handback(told, resumed=True) == (False, [])


async def test_a_note_to_an_earlier_task_is_not_told_to_a_new_one():
    told: list[str] = []
    control = RunControl()
    control.leave_note("handback:3", "The code is 7")
    assert control.take_handback(told, resumed=False) == (False, [])
    assert told == ["handback:3"]


async def test_a_note_that_came_live_is_not_told_again():
    told: list[str] = []
    control = RunControl()
    await control.hold("human")
    control.leave_note("handback:4", "Done")
    await control.release("human", note="Done")
    assert control.take_handback(told, resumed=True) == (True, ["Done"])
    assert told == ["handback:4"]
