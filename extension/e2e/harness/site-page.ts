import type { Desk } from "../../testing/src/desk.js";

/** How a test wants its browser. */
export interface BrowserSettings {
  /** The browser's language; English by default. */
  lang?: string | undefined;
  /** Whether it has a window on this computer's screen. */
  window: boolean;
}

/** A browser that has the extension and the native host; `Tab` is how its driver shows a page. */
export interface RunningBrowser<Tab> {
  /** What pages, and the extension where its driver can listen to it, wrote to their consoles. */
  readonly console: readonly string[];
  /** Opens a page in a tab of its own. */
  open(url: string): Promise<Tab>;
  /** Saves a picture of each open page among the artefacts; returns the paths. */
  pictures(name: string): Promise<string[]>;
  /** Waits until the person has closed it. */
  closed(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a browser at a desk. */
export type BrowserStarter<Tab> = (desk: Desk, settings: BrowserSettings) => Promise<RunningBrowser<Tab>>;

/** A page of the web system, as far as a log-in needs it; the same in every browser. */
export interface SitePage {
  goto(url: string): Promise<void>;
  /** Waits for a page of the web system by the name in its heading. */
  arrive(name: string): Promise<void>;
  /** Clicks as a person does, as soon as it can be clicked. */
  click(testId: string): Promise<void>;
  /** Waits until this is on screen. */
  appears(testId: string): Promise<void>;
  isVisible(testId: string): Promise<boolean>;
  text(testId: string): Promise<string>;
  /** What a field of a form holds. */
  value(testId: string): Promise<string>;
  /** Closes its tab. */
  close(): Promise<void>;
  /** Saves a picture among the artefacts; returns the path. */
  picture(name: string): Promise<string>;
}
