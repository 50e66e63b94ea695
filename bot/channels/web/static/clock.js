// The movable clock at the top, and "start again".

import { post, newId, postTwice } from "./api.js";
import { fieldOf, fullOf, nextMorning } from "./time.js";
import { errorText, word } from "./words.js";

const find = (id) => document.getElementById(id);

export class Clock {
  /** `hooks`: notice(text), forget() before the room starts again. */
  constructor(hooks) {
    this.hooks = hooks;
    this.busy = false;
    this.panel = find("clock-panel");
    find("clock-face").addEventListener("click", () => this.open(find("clock-face").getAttribute("aria-expanded") !== "true"));
    const wide = matchMedia("(min-width: 700px)");
    wide.addEventListener("change", () => this.fold(wide.matches));
    this.fold(wide.matches);
    for (const button of this.panel.querySelectorAll("[data-plus]")) {
      button.addEventListener("click", () => this.move({ plus: Number(button.dataset.plus) }));
    }
    find("clock-morning").addEventListener("click", () => this.move({ to: nextMorning(this.now) }).then(() => this.open(false)));
    find("clock-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.move({ to: find("clock-to").value }).then(() => this.open(false));
    });
    find("again").addEventListener("click", () => find("again-dialog").showModal());
    find("again-dialog").addEventListener("close", () => { if (find("again-dialog").returnValue === "yes") this.again(); find("again-dialog").returnValue = ""; });
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

  show(iso) {
    this.now = new Date(iso);
    this.relabel();
    const field = find("clock-to");
    if (document.activeElement !== field) field.value = fieldOf(this.now);
    field.min = fieldOf(this.now);
  }

  relabel() {
    find("clock-now").textContent = fullOf(this.now);
    find("clock-now").dateTime = this.now.toISOString();
  }

  move(body) {
    return this.working(async () => {
      this.hooks.notice(word("clock_moving"));
      this.show((await postTwice("/api/clock", body)).now);
      this.hooks.notice(`${word("clock")}: ${fullOf(this.now)}`);
    });
  }

  again() {
    return this.working(async () => {
      this.show((await post("/api/again", { id: newId() })).now);
      this.hooks.forget();
      this.open(false);
      this.hooks.notice(word("again_done"));
    });
  }

  async working(work) {
    if (this.busy) return;
    this.busy = true;
    find("clock").setAttribute("aria-busy", "true");
    try {
      await work();
    } catch (failure) {
      if (failure.code === undefined) throw failure;
      this.hooks.notice(errorText(failure.code));
    } finally {
      this.busy = false;
      find("clock").removeAttribute("aria-busy");
    }
  }
}
