import type { Text, TextKey } from "./text.js";

/** What kind of word a line is: it decides colour and mark, never alone what is meant. */
export type Tone = "plain" | "quiet" | "warning" | "problem";

/** The element of the page's own markup with this id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`the page has no #${id}`);
  return found;
}

/** Makes an element with text or elements in it. */
export function make<Tag extends keyof HTMLElementTagNameMap>(tag: Tag, className: string, ...content: (string | Node)[]): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== "") made.className = className;
  made.append(...content);
  return made;
}

/** Makes a paragraph in a tone. */
export function line(tone: Tone, words: string): HTMLParagraphElement {
  return make("p", tone, words);
}

/** Makes a button. */
export function button(label: string, onClick: () => unknown): HTMLButtonElement {
  const made = make("button", "", label);
  made.type = "button";
  made.addEventListener("click", () => { onClick(); });
  return made;
}

/** Changes what an element says, if it says something else: a screen reader reads it out once more. */
export function say(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}

/** Writes the texts of the page's markup, and in which language the page is. */
export function fillPage(text: Text, lang: string): void {
  document.documentElement.lang = lang;
  for (const labelled of document.querySelectorAll<HTMLElement>("[data-text]")) {
    labelled.textContent = text(labelled.dataset["text"] as TextKey);
  }
}
