"""The cast of the training room: roles, never names of people."""

from bot.channels.web.contract import Actor, Cast, Chat, Pane
from models.talk import Label

_COLLABORATOR = Actor("ctv", Label("Cộng tác viên", "Collaborator"), Label("Cộng tác viên tổ dân phố", "Neighbourhood collaborator"))
_STRANGER = Actor("nguoi-la", Label("Người lạ", "Stranger"), Label("Người dân hoặc trẻ em", "A citizen or a child"))
_DUTY_A = Actor("truc-a", Label("Cán bộ trực A", "Duty officer A"), Label("Trực ban", "Duty officer"))
_DUTY_B = Actor("truc-b", Label("Cán bộ trực B", "Duty officer B"), Label("Trực ban", "Duty officer"))
_LEADER = Actor("lanh-dao", Label("Lãnh đạo", "Leader"), Label("Lãnh đạo phòng trực", "Head of the duty room"))
_WARD = Actor("phuong", Label("Cán bộ phường", "Ward officer"), Label("Cán bộ phường", "Ward officer"))
_WARD_LEADER = Actor("lanh-dao-phuong", Label("Lãnh đạo phường", "Head of the ward"), Label("Lãnh đạo phường", "Head of the ward"))

_TO_REPORT = Label("Gõ “báo cáo” để báo một vụ việc.", "Type “báo cáo” to report an incident.")
_TO_WRITE = Label("Ai cũng nhắn được, kể cả chưa đăng ký.", "Anybody may write, registered or not.")
_TO_CALL = Label("Thẻ vụ việc sẽ hiện ở đây khi có báo cáo.", "A card appears here when somebody reports.")
_TO_DETAIL = Label("Chi tiết vụ việc được gửi riêng về đây.", "Details of a case arrive here, in private.")
_TO_ALARM = Label("Vụ việc chưa ai nhận sẽ báo về đây.", "A case that nobody takes is told here.")
_TO_HEAD = Label("Báo cáo quá hạn của phường sẽ báo về đây.", "Overdue reports of the ward are told here.")
_TO_WARD = Label("Việc của phường sẽ hiện ở đây.", "What the ward has to do appears here.")


def _phone(actor: Actor, title: Label, hint: Label, *openers: str) -> Chat:
    return Chat(actor.id, title, group=False, actors=(actor.id,), hint=hint, openers=openers)


_ROOM = Chat("phong-truc", Label("Phòng trực", "Duty room"), group=True, actors=(_DUTY_A.id, _DUTY_B.id), hint=_TO_CALL)

CAST = Cast(
    panes=(
        Pane(
            "ctv",
            Label("Điện thoại cộng tác viên", "The collaborator's phone"),
            (
                _phone(_COLLABORATOR, _COLLABORATOR.name, _TO_REPORT, "Báo cáo", "/trogiup"),
                _phone(_STRANGER, _STRANGER.name, _TO_WRITE, "Xin chào"),
            ),
        ),
        Pane(
            "truc",
            Label("Trực ban", "On duty"),
            (
                _ROOM,
                _phone(_DUTY_A, Label("Trực A", "Duty A"), _TO_DETAIL),
                _phone(_DUTY_B, Label("Trực B", "Duty B"), _TO_DETAIL),
                _phone(_LEADER, _LEADER.name, _TO_ALARM),
            ),
        ),
        Pane(
            "phuong",
            Label("Điện thoại cán bộ phường", "The ward officer's phone"),
            (
                _phone(_WARD, _WARD.name, _TO_WARD, "/nopbaocao", "/trogiup"),
                _phone(_WARD_LEADER, _WARD_LEADER.name, _TO_HEAD),
            ),
        ),
    ),
    actors=(_COLLABORATOR, _STRANGER, _DUTY_A, _DUTY_B, _LEADER, _WARD, _WARD_LEADER),
)
