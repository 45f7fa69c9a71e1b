import { readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Folder } from "./folder.js";
import { JsonLines } from "./waiting.js";

/** What the person at a PIN window does. */
export type Answer =
  /** Types this and presses OK. */
  | { pin: string }
  /** Agrees or does not, where the window asks for that and no PIN. */
  | { confirm: boolean }
  /** Presses Cancel, or closes the window. */
  | { cancel: true }
  /** Leaves the window open, until {@link Person.now} says otherwise. */
  | { hang: true };

/** The PINs that the person knows; one that is missing is never typed. */
export interface Pins {
  /** The four digits for logging in. */
  authentication?: string;
  /** The password for signing, 6 to 16 characters. */
  signature?: string;
}

/** What a PIN window showed. */
export interface Question {
  /** Whether it asked for a PIN, or for consent by a button. */
  command: "GETPIN" | "CONFIRM";
  /** Who asks, what for, which PIN, tries left. */
  description?: string;
  /** What was wrong with the PIN before. */
  error?: string;
  /** The window's title. */
  title?: string;
  /** What the person did; never the PIN. */
  answered: string;
  /** The process of the window. */
  pid: number;
}

type Event = ({ event: "asked" } & Question) | { event: "ended"; pid: number };

/**
 * The person in front of the PIN windows, played by pinentry.mjs. The PINs go to it in a file that only this user can
 * read, never in arguments or in the environment.
 */
export class Person {
  readonly #script: string;
  readonly #log: JsonLines<Event>;
  readonly #answers: Answer[] = [];

  /** Someone who knows these PINs; `folder` is for this person alone. */
  constructor(folder: Folder, private readonly pins: Pins) {
    this.#script = folder.file("pinentry-script.json", "");
    this.#log = new JsonLines(folder.at("pinentry.log"));
    this.#write();
  }

  /** What pinentry.mjs needs in its environment. */
  get environment(): Record<string, string> {
    return { JPKID_PINENTRY_SCRIPT: this.#script, JPKID_PINENTRY_LOG: this.#log.path };
  }

  /** Adds to what the person will do at the next windows, one answer for each. */
  will(...answers: Answer[]): void {
    this.#answers.push(...answers);
    this.#write();
  }

  /** Has the person answer the window that was left open. */
  now(answer: Answer): void {
    const open = this.asked().length - 1;
    if (this.#answers[open] === undefined || !("hang" in this.#answers[open])) throw new Error("no window was left open");
    this.#answers[open] = answer;
    this.#write();
  }

  /** The questions asked until now, in their order. */
  asked(): Question[] {
    return this.#log.all().filter((event) => event.event === "asked");
  }

  /** Waits until so many questions were asked; returns the last of them. */
  async question(number: number): Promise<Question> {
    await this.#log.first(`question ${number}`, () => this.asked().length >= number);
    const question = this.asked()[number - 1];
    if (question === undefined) throw new Error(`there is no question ${number}`);
    return question;
  }

  /** All that the windows showed, as lines of JSON. */
  log(): string {
    return readFileSync(this.#log.path, "utf8");
  }

  #write(): void {
    // A window that is open may read it at any moment.
    const next = `${this.#script}.next`;
    writeFileSync(next, JSON.stringify({ answers: this.#answers, pins: this.pins }), { mode: 0o600 });
    renameSync(next, this.#script);
  }
}
