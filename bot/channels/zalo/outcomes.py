"""What the platform's refusals mean for a letter. One table, read from the top; the first row that fits decides.

| what came                            | outcome                                                                              |
|--------------------------------------|--------------------------------------------------------------------------------------|
| ok                                   | Delivered                                                                            |
| 400 that says: no such chat          | Gone                                                                                 |
| 404 that speaks of a chat or a user  | Gone                                                                                 |
| 400, 413                             | Never; plain may help where it speaks of length or markup                            |
| 401                                  | Later for the whole channel, and a line in the log: the token was refused            |
| 403                                  | Unknown, answered (see below)                                                        |
| 404 otherwise                        | Later, answered: it concerns this chat, whatever it is                               |
| 403 without an envelope              | Unknown: whoever stands before the platform has answered                             |
| 404 without an envelope              | Later for the whole channel: the address of the API is wrong, nothing can be sent    |
| 408                                  | Unknown: the platform gave up waiting for itself, perhaps after it had sent          |
| 426                                  | Later for the whole channel                                                          |
| 429                                  | Later for the whole channel, "quota", by our back-off: it never says for how long    |
| a refusal without any code           | Later: it said no, and not for how long                                              |
| 5xx, any other code                  | Unknown                                                                              |
| no connection, no such host          | Later: it never left                                                                 |
| no answer, or none that can be read  | Unknown                                                                              |

403 is labelled "internal server error" by the platform, so it says neither that the person has blocked the bot (Gone would cut them off from
every alarm) nor that nothing was sent (Later would repeat a reminder that may have arrived). As Unknown it follows rule 4: urgent letters and
answers are tried again with a growing pause, and an urgent one that waits too long goes to the person's other messenger; a reminder is let go.
"Answered" gives it an end: refused so for an hour, the chat is gone (bot.delivery.given_up_on), and the messenger is not called down for it.
"""

import logging

from bot.channels import Gone, Later, Never, Outcome, Unknown
from bot.channels.zalo.client import ClientError, NotSent, Refused

log = logging.getLogger(__name__)

_NO_CHAT = ("chat not found", "user not found", "group not found", "chat does not exist", "user does not exist", "group does not exist")
_OF_A_CHAT = ("chat", "user", "group", "member")  # what a 404 may name that is not there
_PLAIN_MAY_HELP = ("long", "length", "parse", "2000", "character", "entity", "entities", "markdown", "html")


def outcome(error: ClientError, channel: str) -> Outcome:
    """`channel`: its name, for the log. No word of the platform's becomes a reason: it may quote the letter or name the chat."""
    if isinstance(error, NotSent):
        return Later(str(error))
    if not isinstance(error, Refused):
        return Unknown(str(error))
    return _of_the_letter(error) or _of_the_chat(error) or _of_the_channel(error, channel) or Unknown(str(error.code))


def _of_the_letter(error: Refused) -> Outcome | None:
    if error.code not in {400, 413} or (error.code == 400 and _says(error, _NO_CHAT)):
        return None
    return Never(str(error.code), plain_may_help=error.code == 413 or _says(error, _PLAIN_MAY_HELP))


def _of_the_chat(error: Refused) -> Outcome | None:
    match error.code:
        case 400:
            return Gone("no such chat")
        case 404 if _says(error, _OF_A_CHAT):
            return Gone("no such chat")
        case 404 if error.itself:
            return Later("404", answered=True)
        case 403 if error.itself:
            return Unknown("403", answered=True)
    return None


def _of_the_channel(error: Refused, channel: str) -> Outcome | None:
    match error.code:
        case 401:
            log.error("%s: the token was refused (401): check BAONGAY_ZALO_TOKENS; nothing can be sent", channel)
            return Later("token refused", whole_channel=True)
        case 404:
            log.error("%s: the API is not at this address (404): check BAONGAY_ZALO_API_BASE; nothing can be sent", channel)
            return Later("404", whole_channel=True)
        case 426:
            return Later("426", whole_channel=True)
        case 429:
            return Later("quota", whole_channel=True)
        case 0:
            return Later("refused")
    return None


def _says(error: Refused, fragments: tuple[str, ...]) -> bool:
    return any(fragment in error.description.lower() for fragment in fragments)
