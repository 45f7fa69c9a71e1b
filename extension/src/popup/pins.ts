/** The state of a PIN in the words of a person. */
import type { Tone } from "../dom.js";
import type { PinState } from "../../page/src/results.js";
import type { Text } from "../text.js";

/** The tries of a PIN that nobody entered wrongly. */
export const MOST_TRIES = { authentication: 3, signature: 5 } as const;

/** Lines of words, each in its tone. */
export type Lines = { tone: Tone; words: string }[];

/** Says how many tries are left, and what to do where they are not all there. */
export function sayPin(pin: PinState, kind: keyof typeof MOST_TRIES, text: Text): Lines {
  switch (pin.state) {
    case "blocked":
      return [{ tone: "problem", words: text("pinBlocked") }, { tone: "plain", words: text("pinBlockedAdvice") }];
    case "verified":
      return [{ tone: "quiet", words: text("pinInUse") }];
    case "unverified":
      return pin.triesLeft === undefined ? [{ tone: "quiet", words: text("pinTriesUnknown") }] : sayTries(pin.triesLeft, MOST_TRIES[kind], text);
  }
}

function sayTries(left: number, most: number, text: Text): Lines {
  const words = text("pinTries", String(left), String(most));
  if (left === 1) return [{ tone: "problem", words }, { tone: "plain", words: text("pinLastTry") }];
  if (left < most) return [{ tone: "warning", words }, { tone: "plain", words: text("pinLowered") }];
  return [{ tone: "plain", words }];
}
