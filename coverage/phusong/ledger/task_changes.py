"""Changes of tasks: what each entry of the log does to them. Nothing else makes a task or moves it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

from phusong.ledger.tasks import Evidence, State, Task, TaskError, day_of
from phusong.text import nearest

Action = Literal["add", "close", "reopen", "amend", "follow"]
States = dict[str, State]
"""By task id."""


def step(states: States, action: Action, payload: Mapping[str, Any], on: dt.date) -> None:
    """
    Change the states as one entry of the log says; `add` and `follow` speak of several tasks.

    Parameters
    ----------
    on
        Day of the entry in Viet Nam; nothing is done, and no address read, after it.

    Raises
    ------
    TaskError
        When the entry is impossible; the states may then be changed in part.
    """
    _STEPS[action](states, payload, on)


def amended(
    states: States, task_id: str, changes: Mapping[str, str], reason: str, places: Places | None = None
) -> dict[str, Any]:
    """
    The payload that changes what a task says; another zone or commune brings its own commune and province.

    Raises
    ------
    TaskError
        When the snapshot knows no such place.
    """
    told = dict(changes)
    if places and {"zone_id", "commune_code", "province_code"} & set(told):
        own = state_of(states, task_id).task.as_dict()
        if told.get("zone_id"):
            own = {**own, "commune_code": "", "zone_period": ""}
        if told.get("zone_id") or told.get("commune_code"):
            own = {**own, "province_code": ""}
        filled, faults = places.filled({**own, **told})
        if faults:
            raise TaskError("; ".join(faults))
        told |= {name: filled.get(name) or "" for name in ("zone_period", "commune_code", "province_code")}
    return {"task_id": task_id, "changes": told, "reason": reason}


@dataclass(frozen=True)
class Places:
    """
    What the last snapshot knows of places, to hold new tasks to.

    Parameters
    ----------
    commune_of
        Code of the commune of each zone drawn.
    province_of
        Code of the province of each commune.
    """

    period: str
    commune_of: Mapping[str, str]
    province_of: Mapping[str, str]

    def filled(self, said: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """What was said of a task, with the commune of its zone and the province of its commune; and what is wrong."""
        told, faults = dict(said), []
        zone = told.get("zone_id")
        if zone and told.get("zone_period") in (None, "", self.period):
            told["zone_period"] = self.period
            if zone not in self.commune_of:
                near = nearest(zone, self.commune_of)
                hint = f"; did you mean {near}?" if near else ""
                faults.append(f"zone_id {zone} is not drawn in {self.period}{hint}")
            told["commune_code"] = told.get("commune_code") or self.commune_of.get(zone, "")
        commune, province = told.get("commune_code"), told.get("province_code")
        own = self.province_of.get(str(commune), "")
        if commune and not own:
            faults.append(f"commune_code {commune} is none of the communes of {self.period}")
        elif commune and province and province != own:
            faults.append(f"commune_code {commune} lies in province {own}, not in {province}")
        told["province_code"] = province or own
        return told, faults


def new_tasks(states: States, said: Mapping[str, Mapping[str, Any]], places: Places | None = None) -> dict[str, Any]:
    """
    The payload that adds tasks; those without an id are given the next free number, `T-0001` being the first.

    Parameters
    ----------
    said
        The fields of each task, by what to call it in a fault, such as "row 7".
    places
        Without them zones and communes are taken as they are told.

    Raises
    ------
    TaskError
        With every fault of every task, also when one is there already, in all but its id; then none is added.
    """
    held = {_content(state.task): f"there already as {name}" for name, state in states.items()}
    ids = dict.fromkeys(states, "there already")
    taken = {*states, *(str(one["task_id"]) for one in said.values() if one.get("task_id"))}
    free = (name for number in count(1) if (name := f"T-{number:04d}") not in taken)
    tasks, faults = [], []
    for where, one in said.items():
        told, wrong = places.filled(one) if places else (dict(one), [])
        faults += [f"  - {where}: {fault}" for fault in wrong]
        try:
            task = Task.of({**told, "task_id": told.get("task_id") or next(free)})
            if task.task_id in ids:
                raise TaskError(f"the id {task.task_id} is {ids[task.task_id]}")
            if _content(task) in held:
                raise TaskError(f"the same task is {held[_content(task)]}")
            ids[task.task_id] = held[_content(task)] = f"in {where}"
            tasks.append(task.as_dict())
        except TaskError as fault:
            faults.append(f"  - {where}: {fault}")
    if faults:
        raise TaskError("\n".join([f"nothing was added: {len(faults)} fault(s) in {len(said)} task(s)", *faults]))
    return {"tasks": tasks}


def state_of(states: States, task_id: str) -> State:
    """
    The state of a task.

    Raises
    ------
    TaskError
        When there is none of the id; tells the nearest.
    """
    if task_id not in states:
        near = nearest(task_id, states)
        raise TaskError(f"there is no task {task_id}" + (f"; did you mean {near}?" if near else ""))
    return states[task_id]


def _content(task: Task) -> Task:
    return replace(task, task_id="")


def _open(states: States, payload: Mapping[str, Any]) -> State:
    state = state_of(states, str(payload.get("task_id", "")))
    if state.done_on is not None:
        raise TaskError(f"task {state.task.task_id} is closed, done on {state.done_on}; reopen it first")
    return state


def _reason(payload: Mapping[str, Any]) -> None:
    if not str(payload.get("reason") or "").strip():
        raise TaskError("a reason is required, and there is none")


def _add(states: States, payload: Mapping[str, Any], on: dt.date) -> None:
    del on
    for said in payload["tasks"]:
        task = Task.of(said)
        if task.task_id in states:
            raise TaskError(f"the id {task.task_id} is there already")
        states[task.task_id] = _started(task)


def _started(task: Task) -> State:
    return State(task, (task.zone_id,) if task.zone_id else (), followed=task.zone_period)


def _close(states: States, payload: Mapping[str, Any], on: dt.date) -> None:
    state, done_on = _open(states, payload), day_of(payload.get("done_on") or "")
    evidence = Evidence.of(payload.get("evidence") or {})
    name = state.task.task_id
    if done_on < state.task.start:
        raise TaskError(f"task {name} cannot be done on {done_on}: it starts on {state.task.start}")
    if done_on > on:
        raise TaskError(f"task {name} cannot be done on {done_on}: today is {on}")
    evidence.refuse_future(on)
    states[name] = replace(state, done_on=done_on, evidence=evidence)


def _reopen(states: States, payload: Mapping[str, Any], on: dt.date) -> None:
    del on
    state = state_of(states, str(payload.get("task_id", "")))
    if state.done_on is None:
        raise TaskError(f"task {state.task.task_id} is open already")
    _reason(payload)
    states[state.task.task_id] = replace(state, done_on=None, evidence=None)


def _amend(states: States, payload: Mapping[str, Any], on: dt.date) -> None:
    del on
    state, changes = _open(states, payload), dict(payload.get("changes") or {})
    _reason(payload)
    task = Task.of({**state.task.as_dict(), **changes})
    if task.task_id != state.task.task_id or task == state.task:
        raise TaskError(f"task {state.task.task_id}: nothing is changed; an id never changes")
    moved = (task.zone_id, task.zone_period) != (state.task.zone_id, state.task.zone_period)
    states[task.task_id] = _started(task) if moved else replace(state, task=task)


def _follow(states: States, payload: Mapping[str, Any], on: dt.date) -> None:
    del on
    period = str(payload["period"])
    for move in payload["tasks"]:
        state = _open(states, move)
        before = state.zones_before if state.followed == period and state.zones_before else state.zone_ids
        states[state.task.task_id] = replace(
            state, zone_ids=tuple(move["zone_ids"]), undrawn=move["undrawn"], followed=period, zones_before=before
        )


_STEPS = {"add": _add, "close": _close, "reopen": _reopen, "amend": _amend, "follow": _follow}
