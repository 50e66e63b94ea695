"""Text -> final words in the reader's language. The only place where a Text becomes a str."""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import locales
from models.talk import CaseCode, Join, Label, Moment, Msg, Text, Typed


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders for one reader. `code_of` gives an incident's code by its id; `call` is what a typed command begins with there, `group_call` in
    a group of the same messenger."""

    locale: str
    zone: ZoneInfo
    code_of: Callable[[str], str]
    call: str = "/"
    group_call: str = "/"

    def __call__(self, text: Text) -> str:
        match text:
            case str():
                return text
            case int():
                return str(text)
            case Msg(message, args):
                found = locales.translate(self.locale, message)
                return found % {name: self(arg) for name, arg in args.items()} if args else found.replace("%%", "%")
            case Label(vi, en):
                return en if self.locale == "en" else vi
            case Moment(at, style):
                return locales.moment(self.locale, at.astimezone(self.zone), style)
            case CaseCode(incident):
                return self.code_of(incident)
            case Join(parts, separator):
                return separator.join(self(part) for part in parts)
            case Typed(words, in_group):
                return f"{self.group_call if in_group else self.call}{words}"
