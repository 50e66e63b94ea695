// The place where one writes: text that grows, photos with a preview, office files, a voice note, an edit of what was sent.

import { icon, make } from "./dom.js";
import { canRecord, record, smaller } from "./media.js";
import { fileSheet } from "./message.js";
import { labelText, setLabel, word } from "./words.js";

const MAX_FILES = 10; // of one message, as the server has it
const MAX_BYTES = 20 * 1024 * 1024; // all of them together
const OFFICE = ".docx,.xlsx,.pdf";
const MAX_TEXT = 4096; // what the channel takes in one message
const MAX_CAPTION = 1024;

/** A long text as several messages, as the messengers do it: cut between words, nothing lost. */
function pieces(text) {
  const parts = [];
  for (let rest = text; rest; ) {
    const space = rest.length > MAX_TEXT ? Math.max(rest.lastIndexOf(" ", MAX_TEXT), rest.lastIndexOf("\n", MAX_TEXT)) : rest.length;
    const end = rest.length > MAX_TEXT && space < MAX_TEXT / 2 ? MAX_TEXT : space;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return parts;
}

export class Composer {
  /** `hooks`: text(text, sender), files(files, text, sender, shown), edit(message, text), say(text for the status line). */
  constructor(chat, actors, hooks) {
    this.chat = chat;
    this.hooks = hooks;
    this.chosen = []; // [{file, url}], `url` only of a photo
    this.recording = null;
    this.editing = null;
    this.draft = `draft:${chat.id}`;
    this.build(actors);
    this.input.value = sessionStorage.getItem(this.draft) ?? "";
    this.refresh();
  }

  build(actors) {
    const round = (name, key, click, extra = "") =>
      make("button", { type: "button", class: `round ${extra}`, "data-word-label": key, "aria-label": word(key), on: { click } }, icon(name));
    const picker = (accept, multiple, take) =>
      make("input", { type: "file", accept, multiple, hidden: true, on: { change: (event) => { take([...event.target.files]); event.target.value = ""; } } });
    this.photoPicker = picker("image/*", true, async (files) => this.choose(await Promise.all(files.map(smaller)), true));
    this.filePicker = picker(OFFICE, true, (files) => this.choose(files, false));
    this.audioPicker = picker("audio/*", false, (files) => this.hooks.files(files, "", this.sender()));
    this.input = make("textarea", { rows: "1", enterkeyhint: "send", autocomplete: "off", "data-word-label": "write" });
    this.input.addEventListener("input", () => this.refresh());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.previews = make("div", { class: "previews", hidden: true });
    this.attach = round("photo", "attach", () => this.photoPicker.click());
    this.attachFile = round("clip", "attach_file", () => this.filePicker.click());
    this.mic = round("mic", "record", () => this.startRecording());
    this.send = make("button", { type: "submit", class: "round send", "data-word-label": "send" }, icon("send"));
    this.recordBar = this.buildRecordBar(round);
    this.editBar = this.buildEditBar(round);
    this.row = make("div", { class: "row" }, this.attach, this.attachFile, this.input, this.mic, this.send);
    this.element = make("form", { class: "composer", on: { submit: (event) => this.submit(event) } });
    if (actors.length > 1) this.element.append(this.buildSenders(actors));
    this.element.append(this.editBar, this.previews, this.row, this.recordBar, this.photoPicker, this.filePicker, this.audioPicker);
  }

  buildSenders(actors) {
    this.senders = make("select", { "data-word-label": "speaking_as" });
    for (const actor of actors) this.senders.append(setLabel(make("option", { value: actor.id }), actor.name));
    const store = `sender:${this.chat.id}`;
    this.senders.value = localStorage.getItem(store) ?? actors[0].id;
    if (!this.senders.value) this.senders.value = actors[0].id;
    this.senders.addEventListener("change", () => localStorage.setItem(store, this.senders.value));
    return make("label", { class: "senders" }, make("span", { "data-word": "speaking_as" }), this.senders);
  }

  buildRecordBar(round) {
    this.recordTime = make("span", { class: "record-time" }, "0:00");
    return make(
      "div",
      { class: "row record", hidden: true },
      round("close", "cancel", () => this.stopRecording(false)),
      make("span", { class: "record-dot" }),
      make("span", { class: "record-name", role: "status", "data-word": "recording" }),
      this.recordTime,
      round("send", "recording_send", () => this.stopRecording(true), "send"),
    );
  }

  buildEditBar(round) {
    const name = make("span", { "data-word": "editing" });
    return make("div", { class: "edit-bar", hidden: true }, name, round("close", "cancel", () => this.startEdit(null)));
  }

  sender() {
    return this.senders?.value ?? this.chat.actors[0];
  }

  relabel() {
    this.input.placeholder = word("write");
    this.input.setAttribute("aria-label", word("write_to", { chat: labelText(this.chat.title) }));
    this.input.removeAttribute("title");
  }

  // --- text ------------------------------------------------------------------------------------------------------------

  refresh() {
    sessionStorage.setItem(this.draft, this.editing ? "" : this.input.value);
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 132)}px`;
    const something = this.input.value.trim() || this.chosen.length || this.editing;
    this.mic.hidden = Boolean(something);
    this.send.hidden = !something;
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229) return; // Telex and VNI are still putting a letter together
    if (event.key === "Enter" && !event.shiftKey) this.submit(event);
    if (event.key === "Escape" && this.editing) this.startEdit(null);
  }

  submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (this.editing) {
      if (text) this.hooks.edit(this.editing, text.slice(0, MAX_TEXT));
      this.startEdit(null);
    } else {
      const caption = this.chosen.length && text.length <= MAX_CAPTION;
      this.sendChosen(caption ? text : "");
      if (!caption) for (const piece of pieces(text)) this.hooks.text(piece, this.sender());
    }
    this.input.value = "";
    this.showChosen();
  }

  /** Photos as one message and files as another, as the messengers have them; the words go with the first. */
  sendChosen(text) {
    const photos = this.chosen.filter(({ url }) => url);
    const files = this.chosen.filter(({ url }) => !url).map(({ file }) => file);
    this.chosen = [];
    if (photos.length) this.hooks.files(photos.map(({ file }) => file), text, this.sender(), { previews: photos.map(({ url }) => url) });
    const sheets = files.map(({ name, size }) => ({ name, size }));
    if (files.length) this.hooks.files(files, photos.length ? "" : text, this.sender(), { sheets });
  }

  startEdit(message) {
    this.editing = message;
    this.editBar.hidden = !message;
    this.attach.hidden = this.attachFile.hidden = Boolean(message);
    this.input.value = message?.text ?? "";
    this.refresh();
    this.input.focus();
  }

  // --- photos, files and voice -----------------------------------------------------------------------------------------

  /** What one message cannot carry is left out, and said at once: nobody waits for an upload that is refused at its end. */
  choose(files, photos) {
    for (const file of files) {
      const bytes = this.chosen.reduce((sum, { file: other }) => sum + other.size, file.size);
      const refusal = this.chosen.length >= MAX_FILES ? "error_files" : bytes > MAX_BYTES ? "error_too_large" : file.size ? "" : "error_empty";
      if (refusal) this.hooks.say(`${file.name}: ${word(refusal)}`);
      else this.chosen.push({ file, url: photos ? URL.createObjectURL(file) : "" });
    }
    this.showChosen();
    this.input.focus();
  }

  showChosen() {
    this.previews.hidden = this.chosen.length === 0;
    this.previews.replaceChildren(...this.chosen.map((one, index) => this.preview(one, index)));
    this.refresh();
  }

  preview({ file, url }, index) {
    const label = url ? word("remove_photo", { number: index + 1 }) : word("remove_file", { name: file.name });
    const drop = make("button", { type: "button", class: "drop", "aria-label": label, title: label }, icon("close"));
    drop.addEventListener("click", () => {
      if (url) URL.revokeObjectURL(url);
      this.chosen.splice(index, 1);
      this.showChosen();
      (this.previews.querySelector("button") ?? this.input).focus();
    });
    const shown = url
      ? make("img", { src: url, alt: `${word("photo")} ${index + 1}` })
      : make("div", { class: "file sheet" }, ...fileSheet(file.name, file.size));
    return make("div", { class: "preview" }, shown, drop);
  }

  async startRecording() {
    if (!canRecord()) return this.audioPicker.click();
    try {
      this.recording = await record();
    } catch {
      this.hooks.say(word("no_microphone"));
      return this.audioPicker.click();
    }
    const began = Date.now();
    const tick = () => { const s = Math.floor((Date.now() - began) / 1000); this.recordTime.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
    tick();
    this.ticking = setInterval(tick, 500);
    this.showRecording(true);
    return this.recordBar.querySelector(".send").focus();
  }

  async stopRecording(keep) {
    clearInterval(this.ticking);
    const file = await this.recording.stop(keep);
    this.showRecording(false);
    this.input.focus();
    if (file) this.hooks.files([file], "", this.sender());
  }

  showRecording(on) {
    this.row.hidden = on;
    this.recordBar.hidden = !on;
  }
}
