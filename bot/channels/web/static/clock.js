// The movable clock at the top, and "start again", also on another day.

import { post, newId, postTwice } from "./api.js";
import { dateOf, dayInWords, fieldOf, fullOf, nextMinute, nextMorning } from "./time.js";
import { errorText, word } from "./words.js";

const find = (id) => document.getElementById(id);

export class Clock {
  /** `hooks`: notice(text), forget() before the room starts again. `suggested`: a day worth starting on, "" where there is none. */
  constructor(hooks, suggested) {
    this.hooks = hooks;
    this.busy = false;
    this.moving = null;
    this.panel = find("clock-panel");
    find("clock-face").addEventListener("click", () => this.open(find("clock-face").getAttribute("aria-expanded") !== "true"));
    const wide = matchMedia("(min-width: 700px)");
    wide.addEventListener("change", () => this.fold(wide.matches));
    this.fold(wide.matches);
    for (const button of this.panel.querySelectorAll("[data-plus]")) {
      button.addEventListener("click", () => this.move({ plus: Number(button.dataset.plus) }));
    }
    find("clock-morning").addEventListener("click", () => this.move({ to: nextMorning(this.now) }).then(() => this.open(false)));
    find("clock-next").addEventListener("click", () => this.move({ next: true }).then(() => this.open(false)));
    find("clock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.move({ to: find("clock-to").value }).then((done) => done && this.open(false));
    });
    find("clock-stop").addEventListener("click", () => this.stop());
    this.prepare("again", () => this.again({}));
    this.prepare("begin", () => this.again({ to: `${find("begin-day").value}T${find("begin-hour").value}` }));
    find("begin-hint").hidden = !suggested;
    for (const field of ["begin-day", "begin-hour"]) find(field).addEventListener("input", () => this.showBeginning());
    this.begin(suggested);
  }

  /** A button with a dialog that asks before `yes()`. */
  prepare(name, yes) {
    const dialog = find(`${name}-dialog`);
    find(name).addEventListener("click", () => dialog.showModal());
    dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") yes(); dialog.returnValue = ""; });
    for (const button of dialog.querySelectorAll("[data-no]")) button.addEventListener("click", () => dialog.close("no"));
  }

  /** What the dialog "start again on a day" offers: "2021-05-03T07:00". */
  begin(moment) {
    if (!moment) return;
    [find("begin-day").value, find("begin-hour").value] = moment.slice(0, 16).split("T");
    this.showBeginning();
  }

  /** The day in words: a browser in another language writes the month before the day. */
  showBeginning() {
    const [day, hour] = [find("begin-day").value, find("begin-hour").value];
    find("begin-shown").textContent = day && hour ? `${dayInWords(day)} ${hour}` : "";
  }

  /** On a wide screen all is always shown, and the face is a clock, not a button. */
  fold(wide) {
    find("clock-face").inert = wide;
    this.open(false);
  }

  open(opened) {
    find("clock-face").setAttribute("aria-expanded", String(opened));
    find("clock").classList.toggle("open", opened);
  }

  /** `moving`: {from, to} while the server moves it, whoever asked for that; `to` is null where the end is not known. */
  show({ now, moving }) {
    this.now = new Date(now);
    this.moving = moving ?? null;
    this.relabel();
    const field = find("clock-to");
    field.dataset.now = fieldOf(this.now);
    if (document.activeElement !== field) field.value = fieldOf(nextMinute(this.now));
    if (!find("begin-day").value) this.begin(`${fieldOf(this.now).slice(0, 10)}T07:00`);
  }

  relabel() {
    find("clock-now").textContent = fullOf(this.now);
    find("clock-now").dateTime = this.now.toISOString();
    this.showBeginning();
    this.showMoving();
  }

  showMoving() {
    const { moving } = this;
    if (find("clock-moving").hidden !== !moving) find("clock-stop").disabled = false;
    find("clock-moving").hidden = !moving;
    if (!moving) return;
    const text = moving.to ? word("clock_moving_to", { day: dateOf(new Date(moving.to)) }) : word("clock_moving_next");
    if (find("clock-moving-text").textContent !== text) find("clock-moving-text").textContent = text;
    const [from, to] = [Date.parse(moving.from), Date.parse(moving.to ?? "")];
    if (moving.to) find("clock-progress").value = (this.now - from) / (to - from);
    else find("clock-progress").removeAttribute("value");
  }

  async move(body) {
    return this.working(async () => {
      this.show(await postTwice("/api/clock", body));
      this.hooks.notice(`${word(this.stopped ? "clock_stopped" : "clock")}: ${fullOf(this.now)}`);
    }, (code) => { if (code === "backward" && body.to) this.begin(body.to); });
  }

  async stop() {
    this.stopped = true;
    find("clock-stop").disabled = true; // it ends after what is due just now
    try {
      await post("/api/clock/stop", {});
    } catch (failure) {
      if (failure.code === undefined) throw failure;
      find("clock-stop").disabled = false;
      this.hooks.notice(errorText(failure.code));
    }
  }

  async again(where) {
    return this.working(async () => {
      this.show(await post("/api/again", { id: newId(), ...where }));
      this.hooks.forget();
      this.open(false);
      this.hooks.notice(where.to ? `${word("begin_done")}: ${fullOf(this.now)}` : word("again_done"));
    });
  }

  /** Resolves to whether it was done; `refused(code)` hears why not. */
  async working(work, refused = () => {}) {
    if (this.busy) return false;
    this.busy = true;
    this.stopped = false;
    find("clock").setAttribute("aria-busy", "true");
    this.hooks.notice(word("clock_moving"));
    try {
      await work();
      return true;
    } catch (failure) {
      if (failure.code === undefined) throw failure;
      refused(failure.code);
      this.hooks.notice(errorText(failure.code));
      return false;
    } finally {
      this.busy = false;
      find("clock").removeAttribute("aria-busy");
    }
  }
}
