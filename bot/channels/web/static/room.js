// The training room: panes side by side or one at a time, and what the server tells them.

import { follow } from "./api.js";
import { Chat } from "./chat.js";
import { Clock } from "./clock.js";
import { icon, linked, make } from "./dom.js";
import { setZone } from "./time.js";
import { applyWords, currentLanguage, loadWords, setLabel, setLanguage, word } from "./words.js";

const find = (id) => document.getElementById(id);
const chats = new Map();
const panes = new Map();
let fading = 0;

function notice(text, stays = false) {
  clearTimeout(fading);
  find("notice").textContent = text;
  if (!stays) fading = setTimeout(() => { find("notice").textContent = ""; }, 4000 + 40 * text.length);
}

const badge = () => make("span", { class: "badge", hidden: true });

// --- building -----------------------------------------------------------------------------------------------------------

function buildPane(info, actors) {
  const title = setLabel(make("h2", { id: `pane-title-${info.id}` }), info.title);
  const head = make("div", { class: "pane-head" }, icon(info.chats.some((chat) => chat.group) ? "room" : "phone"), title);
  const element = make("section", { class: "pane", id: `pane-${info.id}`, "aria-labelledby": title.id, "data-pane": info.id }, head);
  const pane = { info, element, tabs: new Map(), current: info.chats[0].id };
  if (info.chats.length > 1) element.append(buildTabs(pane));
  for (const chatInfo of info.chats) {
    const chat = new Chat(chatInfo, actors, { unread: showUnread });
    chats.set(chatInfo.id, chat);
    if (info.chats.length > 1) {
      chat.element.setAttribute("role", "tabpanel");
      chat.element.setAttribute("aria-labelledby", `tab-${chatInfo.id}`);
    }
    element.append(chat.element);
  }
  panes.set(info.id, pane);
  find("panes").append(element);
}

function buildTabs(pane) {
  const list = make("div", { class: "tabs", role: "tablist", "data-word-label": "chats" });
  for (const chat of pane.info.chats) {
    const count = badge();
    const name = setLabel(make("span"), chat.title);
    const tab = make("button", { type: "button", role: "tab", id: `tab-${chat.id}`, "aria-controls": `chat-${chat.id}` }, name, count);
    tab.addEventListener("click", () => showChat(pane, chat.id));
    tab.addEventListener("keydown", (event) => {
      const ids = pane.info.chats.map(({ id }) => id);
      const step = { ArrowRight: 1, ArrowLeft: -1, Home: -ids.indexOf(chat.id), End: ids.length - 1 - ids.indexOf(chat.id) }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const next = ids[(ids.indexOf(chat.id) + step + ids.length) % ids.length];
      showChat(pane, next);
      pane.tabs.get(next).tab.focus();
    });
    pane.tabs.set(chat.id, { tab, count });
    list.append(tab);
  }
  return list;
}

function buildSwitcher() {
  for (const pane of panes.values()) {
    const count = badge();
    const group = pane.info.chats.some((chat) => chat.group);
    const name = setLabel(make("span", { class: "switch-name" }), group ? pane.info.title : pane.info.chats[0].title);
    pane.switch = make("button", { type: "button", on: { click: () => showPane(pane.info.id) } }, icon(group ? "room" : "phone"), name, count);
    pane.count = count;
    find("switcher").append(pane.switch);
  }
}

// --- showing ------------------------------------------------------------------------------------------------------------

function showPane(id) {
  find("panes").dataset.active = id;
  for (const pane of panes.values()) {
    pane.element.classList.toggle("active", pane.info.id === id);
    pane.switch.setAttribute("aria-current", String(pane.info.id === id));
  }
  readVisible();
}

function showChat(pane, id) {
  pane.current = id;
  for (const [chat, { tab }] of pane.tabs) {
    tab.setAttribute("aria-selected", String(chat === id));
    tab.tabIndex = chat === id ? 0 : -1;
  }
  for (const { id: chat } of pane.info.chats) chats.get(chat).element.hidden = chat !== id;
  readVisible();
}

function readVisible() {
  for (const chat of chats.values()) {
    if (!chat.unread || !chat.visible()) continue;
    chat.read();
    chat.follow();
  }
}

function showBadge(element, shown) {
  const count = shown.reduce((sum, chat) => sum + chat.unread, 0);
  element.hidden = count === 0;
  element.classList.toggle("loud", shown.some((chat) => chat.loud));
  element.replaceChildren(make("span", { "aria-hidden": "true" }, String(count)), make("span", { class: "hidden-text" }, word("unread", { count })));
}

function showUnread() {
  let all = 0;
  for (const pane of panes.values()) {
    for (const [id, { count }] of pane.tabs) showBadge(count, [chats.get(id)]);
    showBadge(pane.count, pane.info.chats.map(({ id }) => chats.get(id)));
  }
  for (const chat of chats.values()) all += chat.loud ? chat.unread : 0;
  document.title = all ? `(${all}) ${word("title")}` : word("title");
}

function relabel(clock) {
  applyWords(document);
  find("language").lang = currentLanguage() === "vi" ? "en" : "vi";
  find("banner").replaceChildren(linked(word("banner")));
  for (const chat of chats.values()) chat.relabel();
  if (clock.now) clock.relabel();
  showUnread();
}

// --- starting -----------------------------------------------------------------------------------------------------------

async function start() {
  const [cast] = await Promise.all([fetch("/api/cast").then((answer) => answer.json()), loadWords()]);
  setZone(cast.zone);
  const actors = new Map(cast.actors.map((actor) => [actor.id, actor]));
  for (const pane of cast.panes) buildPane(pane, actors);
  buildSwitcher();
  const clock = new Clock({ notice, forget: () => chats.forEach((chat) => chat.forget()) }, cast.suggested);
  for (const pane of panes.values()) showChat(pane, pane.current);
  showPane(cast.panes[0].id);
  relabel(clock);
  find("language").addEventListener("click", () => { setLanguage(currentLanguage() === "vi" ? "en" : "vi"); relabel(clock); });
  document.addEventListener("visibilitychange", readVisible);
  window.addEventListener("resize", readVisible);
  let broken = false;
  follow(
    {
      reload: ({ chats: all, ...told }) => { clock.show(told); for (const [id, messages] of Object.entries(all)) chats.get(id)?.load(messages); document.body.dataset.ready = "yes"; },
      message: ({ chat, message }) => { chats.get(chat).put(message); },
      edit: ({ chat, message }) => { chats.get(chat).put(message); },
      delete: ({ chat, message }) => { chats.get(chat).remove(message.id); },
      toast: ({ chat, text }) => { chats.get(chat).toast(text); },
      clock: (told) => { clock.show(told); },
    },
    (connected) => {
      if (!connected) notice(word("offline"), true);
      else if (broken) notice(word("online"));
      broken = !connected;
    },
  );
}

start();
