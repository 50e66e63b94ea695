"""Incoming and Frame as JSON bytes, to be sealed. Only what differs from the default is written."""

import json
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any

from models.talk import FileRef, Frame, Incoming, Kind, Press, Shown


def _sparse(value: Any) -> dict[str, Any]:
    return {f.name: v for f in fields(value) if (v := getattr(value, f.name)) != f.default and (v or f.default is not MISSING)}


def incoming_to_json(incoming: Incoming) -> bytes:
    """Everything needed to take the turn later, after a restart."""
    body = _sparse(incoming)
    body["at"] = incoming.at.isoformat()
    if incoming.press:
        body["press"] = _sparse(incoming.press)
    if incoming.files:
        body["files"] = [_sparse(file) for file in incoming.files]
    if incoming.data:
        body["data"] = dict(incoming.data)
    return json.dumps(body, ensure_ascii=False).encode()


def incoming_from_json(body: bytes) -> Incoming:
    """The opposite of `incoming_to_json`."""
    raw = json.loads(body)
    raw["at"] = datetime.fromisoformat(raw["at"])
    raw["kind"] = Kind(raw["kind"])
    raw.setdefault("sender", "")
    if "press" in raw:
        raw["press"] = Press(**{"question": 0, "key": ""} | raw["press"])
    raw["files"] = tuple(FileRef(**file) for file in raw.get("files", ()))
    return Incoming(**raw)


def frame_to_json(frame: Frame) -> bytes:
    shown = [[s.key, s.label, int(s.action)] for s in frame.shown]
    pages = [[[s.key, s.label, int(s.action), s.text] for s in frame.pages]] if frame.pages else []
    return json.dumps([frame.floor, frame.step, dict(frame.data), frame.question, shown, *pages], ensure_ascii=False).encode()


def frame_from_json(body: bytes) -> Frame:
    floor, step, data, question, shown, *pages = json.loads(body)  # pages: only where a long list is open, never of an earlier version
    listed = (Shown(key, label, bool(action), text) for key, label, action, text in (pages[0] if pages else ()))
    return Frame(floor, step, data, question, tuple(Shown(key, label, bool(action)) for key, label, action in shown), tuple(listed))
