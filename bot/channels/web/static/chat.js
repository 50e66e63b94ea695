// One chat: its log, what is on its way, its composer, what has not been read.

import { Composer } from "./composer.js";
import { icon, make } from "./dom.js";
import { Bubble, pendingBubble } from "./message.js";
import { Outbox } from "./outbox.js";
import { dayOf } from "./time.js";
import { errorText, labelText, setLabel, word } from "./words.js";

const NEAR = 120; // pixels from the end within which a reader is following along
const ANSWER = 5000; // milliseconds after what somebody said within which a letter is the answer to it

export class Chat {
  /** `hooks`: unread() after the count has changed. */
  constructor(info, actors, hooks) {
    this.info = info;
    this.actors = actors;
    this.hooks = hooks;
    this.unread = 0;
    this.loud = false;
    this.stuck = "end"; // what stays in place while the chat grows: the "end", the "top" of the newest answer, "" where somebody reads further up
    this.bubbles = new Map();
    this.pending = make("div", { class: "pendings", "aria-live": "off" });
    this.outbox = new Outbox(info.id, { changed: () => this.showPending(), failed: (code) => this.toast(errorText(code)) });
    this.composer = new Composer(info, info.actors.map((id) => actors.get(id)), {
      text: (text, sender) => this.submit({ sender, text }, text),
      edit: (message, text) => this.submit({ sender: message.sender, text, edit: message.id }, text),
      files: (files, text, sender, shown) => this.upload(files, text, sender, shown),
      say: (text) => this.toast(text),
    });
    this.build();
    this.showPending();
  }

  build() {
    const { info } = this;
    this.empty = make("div", { class: "empty" }, setLabel(make("p"), info.hint));
    if (info.openers.length) {
      const opener = (text) => make("button", { type: "button", class: "chip", on: { click: () => this.submit({ sender: this.composer.sender(), text }, text) } }, text);
      this.empty.append(make("div", { class: "openers" }, ...info.openers.map(opener)));
    }
    this.list = make("div", { class: "messages" });
    this.log = make("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" }, this.empty, this.list, this.pending);
    this.below = make("button", { type: "button", class: "below", hidden: true, on: { click: () => this.toEnd() } }, icon("down"), make("span", { "data-word": "new_below" }));
    this.status = make("p", { class: "toast", role: "status" });
    this.log.addEventListener("scroll", () => this.scrolled());
    const grown = new ResizeObserver(() => { if (this.stuck === "end") this.toEnd(); else if (this.stuck) this.follow(); }); // a picture arrived, the keyboard opened, the tab came to the front
    grown.observe(this.log);
    grown.observe(this.list);
    this.element = make("section", { class: "chat", id: `chat-${info.id}`, "data-chat": info.id }, make("div", { class: "scroll" }, this.log, this.below, this.status), this.composer.element);
  }

  relabel() {
    this.log.setAttribute("aria-label", labelText(this.info.title));
    this.composer.relabel();
    this.load([...this.bubbles.values()].map((bubble) => bubble.message));
    this.showPending();
  }

  // --- what happens ------------------------------------------------------------------------------------------------------

  /** Everything at once: after a start, or a break too long to catch up with. Nothing of it is read aloud again. */
  load(messages) {
    const known = new Set(this.bubbles.keys());
    const first = known.size === 0;
    this.log.setAttribute("aria-live", "off");
    this.bubbles.clear();
    this.list.replaceChildren();
    this.day = "";
    for (const message of messages) this.append(message);
    this.settle();
    if (!first) for (const message of messages) if (!known.has(message.id)) this.count(message);
    this.follow();
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
  }

  put(message) {
    const bubble = this.bubbles.get(message.id);
    if (bubble) {
      bubble.show(message);
      return this.settle();
    }
    const following = this.stuck || message.sender;
    const added = this.append(message);
    if (!message.sender && !message.silent) added.element.classList.add("new");
    this.settle();
    this.count(message);
    if (following) this.follow();
    else this.showBelow("news");
    return undefined;
  }

  remove(id) {
    this.bubbles.get(id)?.element.remove();
    this.bubbles.delete(id);
    this.settle();
  }

  toast(text) {
    clearTimeout(this.fading);
    this.status.textContent = text;
    this.status.classList.add("shown");
    this.fading = setTimeout(() => { this.status.classList.remove("shown"); this.status.textContent = ""; }, 4000 + 60 * text.length);
  }

  forget() {
    this.outbox.clear();
    this.read();
  }

  // --- what the person does -----------------------------------------------------------------------------------------------

  submit(body, text) {
    return this.outbox.submit({ path: "/api/say", body: { ...body, chat: this.info.id }, text });
  }

  /** `shown`: what stands in the bubble on its way: {previews: addresses, sheets: [{name, size}]}, neither of them for a recording. */
  upload(files, text, sender, shown = {}) {
    const body = (id) => {
      const form = new FormData();
      for (const [name, value] of Object.entries({ id, chat: this.info.id, sender, text })) form.append(name, value);
      for (const file of files) form.append("file", file, file.name);
      return form;
    };
    return this.outbox.submit({ path: "/api/upload", body, text: text || (shown.previews || shown.sheets ? "" : word("voice")), ...shown });
  }

  async press(message, { question, key, label }, bubble) {
    if (bubble.resting) return;
    bubble.resting = true;
    bubble.rest(true);
    await this.submit({ sender: this.composer.sender(), press: { question, key, message: message.id } }, label);
    bubble.resting = false;
    bubble.rest(false);
  }

  // --- what is shown ------------------------------------------------------------------------------------------------------

  append(message) {
    const day = dayOf(new Date(message.at));
    if (day !== this.day) this.list.append(make("p", { class: "day" }, make("span", {}, day)));
    this.day = day;
    const bubble = new Bubble(message, {
      group: this.info.group,
      hooks: {
        names: (actor) => (this.info.group ? labelText(this.actors.get(actor).name) : word("you")),
        press: (shown, button, pressed) => this.press(shown, button, pressed),
        edit: (shown) => this.composer.startEdit(shown),
      },
    });
    this.bubbles.set(message.id, bubble);
    this.list.append(bubble.element);
    return bubble;
  }

  settle() {
    const all = [...this.bubbles.values()];
    const last = all.findLast(({ message }) => message.sender && !message.pressed && !message.files.length);
    for (const bubble of all) if (Boolean(bubble.editable) !== (bubble === last)) bubble.offerEdit(bubble === last);
    const open = all.findLast(({ message }) => message.buttons.some(({ question }) => question > 0));
    if (!this.info.group) for (const bubble of all) bubble.answered(bubble !== open); // in a group everybody has a talk of their own
    this.showPending();
  }

  showPending() {
    if (!this.log) return;
    const there = new Set([...this.bubbles.values()].map(({ message }) => message.client));
    const waiting = [...this.outbox.jobs.values()].filter((job) => !there.has(job.id));
    this.pending.replaceChildren(...waiting.map((job) => pendingBubble(job, () => this.outbox.attempt(job))));
    this.empty.hidden = this.bubbles.size + waiting.length > 0;
    if (waiting.length) this.toEnd();
  }

  /** Whoever reads further up is left there; whoever reads the end stays at the end. */
  scrolled() {
    if (!this.log.clientHeight) return;
    const end = this.log.scrollHeight - this.log.clientHeight;
    const near = end - this.log.scrollTop < NEAR ? "end" : "";
    this.stuck = Math.abs(this.log.scrollTop - this.top()) < 4 ? "top" : near;
    if (this.stuck === "end") this.below.hidden = true;
  }

  /** The newest answer from its beginning: a question that is longer than the screen is read from its first word. */
  follow() {
    this.stuck = "top";
    if (!this.log.clientHeight) return undefined; // not in front: as soon as it is, it grows
    const end = this.log.scrollHeight - this.log.clientHeight;
    if (this.top() + 16 >= end || this.pending.childElementCount) return this.toEnd();
    this.log.scrollTop = this.top();
    return this.showBelow("more");
  }

  toEnd() {
    this.stuck = "end";
    this.log.scrollTop = this.log.scrollHeight;
    this.below.hidden = true;
  }

  /** Where the newest answer begins: all that was said to the person's last words, else the last letter alone. */
  top() {
    const all = [...this.bubbles.values()];
    const mine = all.findLastIndex(({ message }) => message.sender);
    const last = all.at(-1);
    if (!last || mine === all.length - 1) return Infinity;
    const answered = mine >= 0 && Date.parse(last.message.at) - Date.parse(all[mine].message.at) < ANSWER;
    return Math.max(0, (answered ? all[mine + 1] : last).element.offsetTop - 8);
  }

  /** `why`: "news" arrived while somebody reads further up, or the answer has "more" than the screen. */
  showBelow(why) {
    this.below.hidden = false;
    this.below.classList.toggle("more", why === "more");
    this.below.lastChild.dataset.word = why === "more" ? "more_below" : "new_below";
    this.below.lastChild.textContent = word(this.below.lastChild.dataset.word);
  }

  visible() {
    return document.visibilityState === "visible" && this.element.getClientRects().length > 0;
  }

  count(message) {
    if (message.sender || this.visible()) return;
    this.unread += 1;
    this.loud ||= !message.silent;
    this.hooks.unread();
  }

  /** It is in front of somebody now. */
  read() {
    this.unread = 0;
    this.loud = false;
    this.hooks.unread();
  }
}
