// What this page wants to send in one chat: in order, kept until the server has it, sent again under the same id.

import { newId, post } from "./api.js";

const HOPELESS = new Set(["edit", "too_large", "files", "text"]); // refusals that a second try cannot change

export class Outbox {
  /** `changed()` after every change, `failed(code)` for a refusal. A text survives a reload of the page. */
  constructor(chat, { changed, failed }) {
    this.store = `unsent:${chat}`;
    this.hooks = { changed, failed };
    this.jobs = new Map();
    this.queue = Promise.resolve();
    for (const job of JSON.parse(sessionStorage.getItem(this.store) ?? "[]")) this.jobs.set(job.id, { ...job, failed: true });
  }

  /** `body`: JSON, or a function that makes a FormData (with the id). Resolves to whether it got through. */
  submit({ path, body, text, previews, sheets }) {
    const job = { id: newId(), path, body, text, previews, sheets, failed: false };
    this.jobs.set(job.id, job);
    return this.attempt(job);
  }

  attempt(job) {
    job.failed = false;
    this.keep();
    const done = this.queue.then(() => this.send(job));
    this.queue = done;
    return done;
  }

  async send(job) {
    try {
      await post(job.path, typeof job.body === "function" ? job.body(job.id) : { ...job.body, id: job.id });
      this.jobs.delete(job.id);
      for (const preview of job.previews ?? []) URL.revokeObjectURL(preview);
    } catch (failure) {
      job.failed = true;
      if (HOPELESS.has(failure.code)) this.jobs.delete(job.id);
      this.hooks.failed(failure.code);
    }
    this.keep();
    return !job.failed;
  }

  keep() {
    const texts = [...this.jobs.values()].filter((job) => typeof job.body !== "function");
    sessionStorage.setItem(this.store, JSON.stringify(texts.map(({ id, path, body, text }) => ({ id, path, body, text }))));
    this.hooks.changed();
  }

  /** After "start again": what was meant for the old room is of no use in the new one. */
  clear() {
    this.jobs.clear();
    this.keep();
  }
}
