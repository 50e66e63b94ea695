"""Commands -> rows and letters, on the turn's transaction. One function a command; the table below is all there is."""

from collections.abc import Callable
from typing import Any

from bot.apply import clocks, drills, failover, forms, incidents, people, roster, telling
from bot.writing import Writing
from models import commands as c

APPLY: dict[type[Any], Callable[[Writing, Any], None]] = {
    c.OpenSubmission: forms.open_submission,
    c.PutAnswer: forms.put_answer,
    c.CloseSubmission: forms.close_submission,
    c.WantAttachment: forms.want_attachment,
    c.OpenIncident: incidents.open_incident,
    c.UpdateIncident: incidents.update_incident,
    c.CallRoom: incidents.call_room,
    c.CallAgain: incidents.call_again,
    c.TakeIncident: incidents.take,
    c.SetClocks: clocks.set_clocks,
    c.RemindClock: clocks.remind,
    c.StateClock: clocks.state,
    c.Restrict: incidents.restrict,
    c.Note: incidents.note,
    c.Look: incidents.look,
    c.TellReporter: telling.tell_reporter,
    c.TellConversation: telling.tell_conversation,
    c.TellPerson: telling.tell_person,
    c.TellRole: telling.tell_role,
    c.TellRoom: telling.tell_room,
    c.TakeBack: telling.take_back,
    c.SetTimer: telling.set_timer,
    c.CancelTimer: telling.cancel_timer,
    c.CreateInvitation: people.create_invitation,
    c.Join: people.join,
    c.CreateLinkCode: people.create_link_code,
    c.LinkAccount: people.link_account,
    c.CountWrongCode: people.count_wrong_code,
    c.UnlinkAccounts: people.unlink_accounts,
    c.CutAccount: people.cut_account,
    c.ReachAccount: people.reach_account,
    c.BindRoom: people.bind_room,
    c.UnbindRoom: people.unbind_room,
    c.MoveChat: people.move_chat,
    c.ChangeWeek: roster.change_week,
    c.PutOverride: roster.put_override,
    c.CancelOverrides: roster.cancel_overrides,
    c.ListenFromNow: failover.listen_from_now,
    c.BeginDrill: drills.begin,
    c.EndDrill: drills.end,
    c.MessengerDown: failover.messenger_down,
    c.MessengerUp: failover.messenger_up,
    c.Reroute: failover.reroute,
    c.PutSetting: people.put_setting,
    c.SetLocale: people.set_locale,
    c.Record: people.record,
}
