// One bubble and its buttons. A changed message changes in place: a screen reader hears what is new, not everything again.

import { icon, linked, make } from "./dom.js";
import { timeOf } from "./time.js";
import { currentLanguage, word } from "./words.js";

export class Bubble {
  /** `hooks`: names(actor id) -> text, press(message, button), edit(message). */
  constructor(message, { group, hooks }) {
    this.hooks = hooks;
    this.text = make("div", { class: "text" });
    this.files = make("div", { class: "files" });
    this.meta = make("div", { class: "meta" });
    this.buttons = make("div", { class: "buttons", role: "group", "data-word-label": "choices", "aria-label": word("choices") });
    const who = make("p", { class: group && message.sender ? "who" : "who hidden-text" }, message.sender ? hooks.names(message.sender) : word("bot"));
    this.element = make(
      "article",
      { class: `message ${message.sender ? "out" : "in"}${message.pressed ? " pressed" : ""}`, "data-message": message.id },
      make("div", { class: "bubble" }, who, this.files, this.text, this.meta),
    );
    this.show(message);
  }

  show(message) {
    const before = this.message ?? {};
    this.message = message;
    if (message.text !== before.text) this.text.replaceChildren(linked(message.text));
    this.text.hidden = !message.text;
    if (JSON.stringify(message.files) !== JSON.stringify(before.files)) this.showFiles(message.files);
    if (message.edited !== before.edited || message.at !== before.at) this.showMeta();
    if (JSON.stringify(message.buttons) !== JSON.stringify(before.buttons)) this.showButtons(message);
  }

  /** Only the last thing that somebody wrote offers to be edited, as a slip is noticed at once. */
  offerEdit(offered) {
    this.editable = offered;
    this.showMeta();
  }

  /** A later question is open: the choices of this one are gone, what works by itself (an action) stays. */
  answered(answered) {
    if (answered === Boolean(this.past)) return;
    this.past = answered;
    this.showButtons(this.message);
  }

  showMeta() {
    const { message } = this;
    const moment = new Date(message.at);
    this.meta.replaceChildren(make("time", { datetime: message.at }, timeOf(moment)));
    if (message.edited) this.meta.prepend(make("span", {}, word("edited")));
    if (this.editable) {
      this.meta.prepend(make("button", { type: "button", class: "edit", on: { click: () => this.hooks.edit(this.message) } }, word("edit")));
    }
  }

  showFiles(files) {
    this.files.replaceChildren(...files.map((file) => shownFile(file)));
    this.files.hidden = files.length === 0;
    this.files.classList.toggle("many", files.filter(({ kind }) => kind === "photo").length > 1);
  }

  showButtons(message) {
    const held = this.buttons.contains(document.activeElement);
    const offered = message.buttons.filter(({ question }) => question === 0 || !this.past);
    this.buttons.replaceChildren(...offered.map((button) => this.button(button)));
    this.buttons.className = `buttons columns-${Math.min(message.columns, 4)}`;
    if (offered.length) this.element.append(this.buttons);
    else this.buttons.remove();
    if (held && !this.buttons.contains(document.activeElement)) this.element.closest(".log")?.focus({ preventScroll: true });
  }

  button(button) {
    const style = ["danger", "success", "primary"].includes(button.style) ? ` ${button.style}` : "";
    const press = () => this.hooks.press(this.message, button, this);
    return make("button", { type: "button", class: `answer${style}`, on: { click: press } }, button.label);
  }

  /** While a press is on its way its buttons rest: a nervous second tap is not a second answer. They stay focusable. */
  rest(resting) {
    for (const button of this.buttons.children) button.setAttribute("aria-disabled", String(resting));
  }
}

/** Bytes as people say them: "12 KB", "3,4 MB". */
export function sizeText(bytes) {
  const unit = bytes < 1024 * 1024 ? "KB" : "MB";
  const amount = unit === "KB" ? Math.max(1, Math.round(bytes / 1024)) : bytes / (1024 * 1024);
  return `${amount.toLocaleString(currentLanguage(), { maximumFractionDigits: 1 })} ${unit}`;
}

/** A file as a sheet with its name and size; the middle of a long name is left out, never its ending. */
export function fileSheet(name, size) {
  const shown = name || word("file");
  const end = shown.length > 12 ? shown.slice(-9) : "";
  const title = make("span", { class: "file-name" }, make("span", { class: "file-start" }, shown.slice(0, shown.length - end.length)), end);
  return [icon("file"), make("span", { class: "file-text" }, title, make("span", { class: "file-size" }, size ? sizeText(size) : ""))];
}

function shownFile({ kind, url, name, size }) {
  if (!url) return make("p", { class: "file gone" }, name ? word("named_gone", { name }) : word(`${kind}_gone`));
  if (kind === "photo") {
    const image = make("img", { src: url, alt: word("photo"), loading: "lazy" });
    image.addEventListener("error", () => image.replaceWith(make("p", { class: "file" }, word("photo_gone"))));
    return make("a", { href: url, target: "_blank", rel: "noopener", class: "picture", "aria-label": word("photo_open"), title: word("photo_open") }, image);
  }
  if (kind === "voice") return make("audio", { src: url, controls: true, preload: "metadata", "aria-label": word("voice") });
  const said = word("file_download", { name: name || word("file"), size: size ? sizeText(size) : "" });
  return make("a", { class: "file sheet", href: url, download: name || "tep", "aria-label": said, title: said }, ...fileSheet(name, size), icon("save"));
}

/** A message on its way, or one that did not get through. */
export function pendingBubble(job, resend) {
  const bubble = make("div", { class: "bubble" });
  if (job.previews?.length) {
    const images = job.previews.map((src) => make("img", { src, alt: word("photo") }));
    bubble.append(make("div", { class: images.length > 1 ? "files many" : "files" }, ...images));
  }
  for (const { name, size } of job.sheets ?? []) bubble.append(make("div", { class: "file sheet" }, ...fileSheet(name, size)));
  bubble.append(make("div", { class: "text" }, linked(job.text)));
  const state = job.failed
    ? make("button", { type: "button", class: "resend", on: { click: resend } }, icon("retry"), word("resend"))
    : make("div", { class: "meta" }, word("sending"));
  if (!job.failed) bubble.append(state);
  return make("article", { class: `message out pending${job.failed ? " failed" : ""}` }, bubble, ...(job.failed ? [state] : []));
}
