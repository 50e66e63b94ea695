// Asks for the digits, shows what the server gives, and takes it away again. What was shown is kept nowhere: no storage, no cache.
"use strict";

const HIDDEN_FOR = 10 * 60 * 1000; // milliseconds that a page may lie in the background
const KEY = "xem"; // of the token in this tab's own memory, until it was used: a phone may drop the page while the number is looked up
const $ = (id) => document.getElementById(id);
let token = "", page = "", words = {}, addresses = [], deadline = 0, timers = [];

// --- the address and the tab ----------------------------------------------------------------------------------------

function remember(value) {
  token = value;
  try {
    if (value) sessionStorage.setItem(KEY, value);
    else sessionStorage.removeItem(KEY);
  } catch (error) { /* a browser that keeps nothing: then a reload needs the link again */ }
}

function remembered() {
  try { return sessionStorage.getItem(KEY) || ""; } catch (error) { return ""; }
}

function address(fragment) { // the token leaves the address bar and the history; the page's id is no secret
  history.replaceState(null, "", location.pathname + (fragment ? "#" + fragment : ""));
}

// --- asking the server ----------------------------------------------------------------------------------------------

async function ask(given) {
  say(null);
  $("open").disabled = true;
  try {
    const answer = await fetch("xem/mo", {
      method: "POST", headers: { "Content-Type": "application/json" }, credentials: "same-origin", cache: "no-store", body: JSON.stringify(given),
    });
    const told = await answer.json();
    if (answer.ok) show(told);
    else refuse(told, answer.status);
  } catch (error) {
    $("offline").hidden = false;
    if (!token) offer();
  } finally {
    $("open").disabled = false;
  }
}

function refuse(told, status) {
  say(told);
  $("ask").className = status === 403 ? "wrong" : "";
  if (status === 403 || status === 429) {
    $("digits").value = "";
    if (!token) offer();
    return;
  }
  remember("");
  page = "";
  wipe();
  address("");
}

function say(told) {
  const [first, second] = $("say").querySelectorAll("span");
  $("offline").hidden = true;
  $("again").hidden = true;
  $("say").hidden = !told;
  first.textContent = told ? told.say : "";
  second.textContent = told ? told.also || "" : "";
}

function offer(label) {
  if (label) $("again").textContent = label;
  $("again").hidden = false;
}

// --- showing --------------------------------------------------------------------------------------------------------

function show(told) {
  wipe();
  remember("");
  page = told.page;
  words = told.words;
  address(page);
  document.documentElement.lang = told.locale;
  $("only").textContent = words.only;
  $("until").textContent = words.until;
  $("close").textContent = words.close;
  for (const text of told.texts) {
    const part = document.createElement("p");
    part.className = "text";
    for (const said of text.split("\n")) {
      const line = document.createElement("span");
      line.className = "line";
      line.textContent = said;
      part.append(line);
    }
    $("content").append(part);
  }
  let photos = 0;
  for (const file of told.files) place(file, file.kind === "photo" ? ++photos : 0);
  $("content").hidden = $("until").hidden = false;
  deadline = Date.now() + told.seconds * 1000;
  timers.push(setTimeout(over, told.seconds * 1000));
}

function place(file, number) {
  const holder = document.createElement(number ? "button" : "p");
  holder.className = number ? "photo" : "sound";
  $("content").append(holder);
  fill(holder, file, number).catch(() => {
    const missing = document.createElement("p");
    missing.textContent = words.missing;
    if (holder.parentNode) holder.parentNode.replaceChild(missing, holder);
  });
}

async function fill(holder, file, number) {
  const mine = page;
  const answer = await fetch(`xem/tep/${mine}/${file.number}`, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw new Error("refused");
  const body = await answer.blob();
  if (mine !== page || !holder.isConnected) return; // wiped meanwhile
  const link = URL.createObjectURL(body);
  addresses.push(link);
  if (number) {
    const image = document.createElement("img");
    image.alt = words.photo.replace("%(number)s", number);
    image.src = link;
    holder.type = "button";
    holder.setAttribute("aria-label", image.alt);
    holder.append(image);
    holder.addEventListener("click", () => enlarge(image));
  } else if (file.kind === "voice") {
    const sound = document.createElement("audio");
    sound.controls = true;
    sound.setAttribute("controlsList", "nodownload noplaybackrate noremoteplayback");
    sound.setAttribute("aria-label", words.voice);
    sound.src = link;
    holder.append(sound);
  } else {
    const saving = document.createElement("a");
    saving.href = link;
    saving.download = file.name;
    saving.textContent = words.file.replace("%(name)s", file.name);
    holder.className = "saving";
    holder.append(saving);
  }
}

function enlarge(image) {
  $("picture").src = image.src;
  $("picture").alt = image.alt;
  $("large").hidden = false;
  $("close").focus();
}

function reduce() {
  $("large").hidden = true;
  $("picture").removeAttribute("src");
}

// --- taking away ----------------------------------------------------------------------------------------------------

function wipe() {
  timers.forEach(clearTimeout);
  addresses.forEach((link) => URL.revokeObjectURL(link));
  timers = [];
  addresses = [];
  deadline = 0;
  reduce();
  $("content").textContent = "";
  $("content").hidden = $("until").hidden = $("ask").hidden = true;
}

function over() {
  wipe();
  page = "";
  address("");
  say({ say: words.gone });
}

function cover() { // nobody has looked for ten minutes: one press shows it again, while its time lasts
  wipe();
  say({ say: words.hidden });
  offer(words.again);
}

let leftAt = 0, covering = 0;
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    leftAt = Date.now();
    if (deadline) covering = setTimeout(() => deadline && cover(), HIDDEN_FOR);
    return;
  }
  clearTimeout(covering);
  if (deadline && Date.now() >= deadline) over(); // a sleeping phone's timers sleep too
  else if (deadline && leftAt && Date.now() - leftAt >= HIDDEN_FOR) cover();
});
window.addEventListener("pagehide", wipe);
window.addEventListener("pageshow", (event) => { if (event.persisted) start(); });
window.addEventListener("hashchange", start);

// --- beginning ------------------------------------------------------------------------------------------------------

function start() {
  const given = location.hash.slice(1);
  wipe();
  say(null);
  if (/^[0-9a-f]{64}$/.test(given)) remember(given);
  else remember(given ? "" : remembered());
  if (token) {
    address("");
    $("digits").value = "";
    $("ask").hidden = false;
    $("digits").focus();
  } else {
    page = /^[0-9a-f]{32}$/.test(given) ? given : "0".repeat(32); // a page that never was: the server has the sentence for it
    ask({ page });
  }
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const digits = $("digits").value.replace(/[^0-9]/g, "");
  if (digits.length === 4) ask({ token, digits });
  else $("digits").focus();
});
$("again").addEventListener("click", () => ask({ page }));
$("close").addEventListener("click", reduce);
$("picture").addEventListener("click", reduce);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") reduce(); });
start();
