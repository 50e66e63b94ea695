// The page's own words, in two languages. What Báo Ngay says is never touched: it comes in its reader's language.

let words = {};
let language = localStorage.getItem("language") === "en" ? "en" : "vi";

export async function loadWords() {
  words = await (await fetch("/static/words.json")).json();
}

export const currentLanguage = () => language;

export function setLanguage(next) {
  language = next;
  localStorage.setItem("language", next);
}

export function word(key, values = {}) {
  return (words[language][key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}

export const labelText = (label) => label[language];

/** A refusal of the server as a sentence. */
export const errorText = (code) => (words[language][`error_${code}`] ? word(`error_${code}`) : word("error"));

/** Elements say what they are called by data attributes, so that one walk changes the language of the whole page. */
export function applyWords(root) {
  document.documentElement.lang = language;
  document.title = word("title");
  const each = (name, put) => {
    for (const element of root.querySelectorAll(`[data-${name}]`)) put(element, element.getAttribute(`data-${name}`));
  };
  each("word", (element, key) => { element.textContent = word(key); });
  each("word-label", (element, key) => { element.setAttribute("aria-label", word(key)); element.title = word(key); });
  each("vi", (element) => { element.textContent = element.dataset[language]; });
}

/** Mark an element as carrying a label of the cast. */
export function setLabel(element, label) {
  element.dataset.vi = label.vi;
  element.dataset.en = label.en;
  element.textContent = labelText(label);
  return element;
}
