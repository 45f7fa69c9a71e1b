import { readFileSync } from "node:fs";
import type { BrowserContext, BrowserType } from "playwright-core";
import type { LaunchOptions } from "./browser.js";
import { control, type Action, type Fault } from "./control.js";
import { Desk } from "./desk.js";
import { ownParts, type Parts } from "./parts.js";
import type { Answer, Pins, Question } from "./person.js";

/** What card, and in whose hands. */
export interface VirtualCardOptions {
  /** A built-in profile's name, or the path of a profile (a text with a slash, or that ends in .toml). Default: adult. */
  profile?: string;
  /**
   * The PINs that the person types when a window asks and {@link VirtualCard.will} said nothing else. Default: those
   * of the built-in profiles. A PIN that a window called wrong is not typed again.
   */
  pins?: Pins;
  /**
   * Match patterns of https sites, such as `https://www.example.jp/*`. The extension serves http://localhost and
   * http://127.0.0.1 without this; with it, the browser gets a test build under another name and id.
   */
  sites?: readonly string[];
}

/** Certificates of the authorities that issued the card, as PEM. */
export interface Authorities {
  /** That of the certificate for logging in. */
  authentication: string;
  /** That of the certificate for signing. */
  signature: string;
}

const BUILT_IN_PINS: Pins = { authentication: "1234", signature: "ABC123" };

/**
 * A virtual My Number card in the hands of a person who answers the PIN windows as the test says. The daemon that holds
 * it runs until {@link VirtualCard.stop}, beside and without touching any other jpkid on this computer.
 */
export class VirtualCard implements AsyncDisposable {
  readonly #desk: Desk;
  readonly #profile: string;

  private constructor(desk: Desk, profile: string) {
    this.#desk = desk;
    this.#profile = profile;
  }

  /** Use {@link startVirtualCard}. */
  static async start({ profile = "adult", pins = BUILT_IN_PINS, sites = [] }: VirtualCardOptions, parts: Parts): Promise<VirtualCard> {
    const desk = new Desk({ parts, person: pins, sites, withoutPcscd: true });
    const card = new VirtualCard(desk, profile);
    try {
      await desk.startDaemon(["--virtual-card", profile, "--virtual-card-control", card.#socket]);
      return card;
    } catch (error) {
      await desk.stop();
      throw error;
    }
  }

  /**
   * Starts a browser that can use the card: the Chromium that the environment variable CHROMIUM names, else that of the
   * system, else Playwright's own. Google Chrome loads no unpacked extensions. `options` are Playwright's.
   */
  async launchChromium(chromium: BrowserType, options: LaunchOptions = {}): Promise<BrowserContext> {
    return this.#desk.launch(chromium, options);
  }

  /** Adds to what the person does at the next windows, one answer for each. */
  will(...answers: Answer[]): void {
    this.#desk.person.will(...answers);
  }

  /** Answers the window that `{ hang: true }` left open. */
  now(answer: Answer): void {
    this.#desk.person.now(answer);
  }

  /** What the windows asked until now. */
  asked(): Question[] {
    return this.#desk.person.asked();
  }

  /** Waits until so many windows have asked; returns what the last of them showed. */
  async question(number: number): Promise<Question> {
    return this.#desk.person.question(number);
  }

  /** Takes the card out of the reader. */
  async remove(): Promise<void> {
    await this.#control("remove");
  }

  /** Puts in the card that was there before, with its counters, or one of another profile. */
  async insert(profile?: string): Promise<void> {
    await this.#control({ insert: profile === undefined ? {} : { profile } });
  }

  /** Puts a card of another profile in the place of this one. */
  async swap(profile: string): Promise<void> {
    await this.#control({ swap: { profile } });
  }

  /** Tears the card out before the `nth` command to it from now; 1 is the next. */
  async tearAt(nth: number): Promise<void> {
    await this.arm({ tear: { nth } });
  }

  /** Arms any fault between card and reader. */
  async arm(fault: Fault): Promise<void> {
    await this.#control({ arm: fault });
  }

  /** Ends all faults. */
  async heal(): Promise<void> {
    await this.#control("heal");
  }

  /**
   * The authorities of this card, for a site to trust. Those of all built-in profiles are the same but for
   * generation-1 and generation-2, and in the folder `authorities` of this package.
   */
  async authorities(): Promise<Authorities> {
    const folder = this.#desk.folder.folder("authorities");
    await this.#desk.run("jpki-virtual-card", ["mint", "--profile", this.#profile, "--out", folder]).succeed();
    const read = (name: string): string => readFileSync(`${folder}/${name}.pem`, "utf8");
    return { authentication: read("authentication-ca"), signature: read("signature-ca") };
  }

  /** What the daemon wrote and the windows showed, for a failed test's report; never a PIN. */
  logs(): string {
    return this.#desk.logs();
  }

  /** Closes the browsers and ends the daemon. */
  async stop(): Promise<void> {
    await this.#desk.stop();
  }

  /** As {@link VirtualCard.stop}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  get #socket(): string {
    return this.#desk.folder.at("control.sock");
  }

  async #control(action: Action): Promise<void> {
    await control(this.#socket, action);
  }
}

/** Puts a virtual card into a reader that only this test sees. */
export async function startVirtualCard(options: VirtualCardOptions = {}): Promise<VirtualCard> {
  return VirtualCard.start(options, ownParts());
}
