import { button, make, say } from "./dom.js";
import type { Text } from "./text.js";

/** Shows a command for a terminal with a button that copies it; `said` is the page's live region. */
export function showCommand(command: string, said: HTMLElement, text: Text): HTMLElement {
  const copy = button(text("copyCommand"), () =>
    navigator.clipboard.writeText(command).then(() => { say(said, text("commandCopied")); }));
  copy.setAttribute("aria-label", text("copyCommandName", command));
  const code = make("code", "", command);
  // A command is of no language; a screen reader would else read it in the page's.
  code.lang = "en";
  code.translate = false;
  return make("div", "command", code, copy);
}
