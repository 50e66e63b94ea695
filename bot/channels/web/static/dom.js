// Small makers of elements. Text goes in as text: nothing here can turn what somebody wrote into markup.

const HOTLINES = "11[1-5](?:\\s*[/,]\\s*11[1-5])*";
const MOBILE = "(?:\\+84|0)(?:[ .-]?\\d){9,10}";
const SERVICE = "1[89]00[ .]?\\d{4,6}";
const NUMBERS = `(?<![\\d+]|\\d[/.,:-])(?:${MOBILE}|${SERVICE}|${HOTLINES})(?!\\d|[/.,:-]\\d)`;
const CODES = "\\b[A-Z]+(?:-[A-Z0-9]+)+\\b"; // "VV-2026-0042" is read out on the telephone: it must not be torn apart by a line's end
const MARKED = new RegExp(`(?<number>${NUMBERS})|(?<code>${CODES})`, "g");

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name in element && typeof value === "boolean") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Text with its telephone numbers as links and its codes unbroken; line breaks are kept by the style sheet. */
export function linked(text) {
  const fragment = document.createDocumentFragment();
  let at = 0;
  for (const found of text.matchAll(MARKED)) {
    const parts = found.groups.number ? numbers(found[0]) : [make("span", { class: "code" }, found[0])];
    fragment.append(text.slice(at, found.index), ...parts);
    at = found.index + found[0].length;
  }
  fragment.append(text.slice(at));
  return fragment;
}

function numbers(text) {
  if (!/^11[1-5]/.test(text)) return [phone(text)];
  return text.split(/(11[1-5])/).map((part) => (/^\d/.test(part) ? phone(part) : part));
}

const phone = (text) => make("a", { href: `tel:${text.replace(/[^\d+]/g, "")}` }, text);
