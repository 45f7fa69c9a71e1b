/** Hand-made ports and windows, one for each seam between two hops. */
import { readFileSync } from "node:fs";
import type { Port } from "../src/ports.js";
import type { SettingsStorage } from "../src/settings.js";

/** One end of a port; the test plays the other. */
export class FakePort implements Port {
  readonly sent: unknown[] = [];
  disconnected = false;
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #disconnectListeners: (() => void)[] = [];
  readonly onMessage = { addListener: (listener: (message: unknown) => void): void => { this.#messageListeners.push(listener); } };
  readonly onDisconnect = { addListener: (listener: () => void): void => { this.#disconnectListeners.push(listener); } };

  /** Called with each message that is sent. */
  onSent: (message: unknown) => void = () => undefined;
  /** Called when this end disconnects. */
  onLeft: () => void = () => undefined;

  postMessage(message: unknown): void {
    // The real thing clones, so that later changes do not travel.
    this.sent.push(structuredClone(message));
    this.onSent(message);
  }

  disconnect(): void {
    this.disconnected = true;
    this.onLeft();
  }

  /** The other end sends. */
  receive(message: unknown): void {
    for (const listener of this.#messageListeners) listener(structuredClone(message));
  }

  /** The other end disconnects. */
  lose(): void {
    for (const listener of this.#disconnectListeners) listener();
  }

  get lastSent(): unknown {
    return this.sent.at(-1);
  }
}

/** Both ends of a port: what one sends, the other receives. */
export function linkedPorts(): [FakePort, FakePort] {
  const one = new FakePort();
  const other = new FakePort();
  for (const [from, to] of [[one, other], [other, one]] as const) {
    from.onSent = (message) => { queueMicrotask(() => { to.receive(message); }); };
    from.onLeft = () => { queueMicrotask(() => { to.lose(); }); };
  }
  return [one, other];
}

/** A message event with the two fields that tell where it came from. */
class FakeMessageEvent extends Event {
  constructor(readonly data: unknown, readonly source: unknown, readonly origin: string) {
    super("message");
  }
}

/** A window that both the page module and the content script can live in. */
export class FakeWindow extends EventTarget {
  readonly location = { origin: "https://www.example.jp" };
  isSecureContext = true;
  /** Every message posted to this window with its target origin, in order. */
  readonly posted: { message: unknown; targetOrigin: unknown }[] = [];
  /** How many listeners for messages there are now. */
  listeners = 0;

  override addEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    super.addEventListener(type, listener);
    if (type === "message") this.listeners += 1;
  }

  override removeEventListener(type: string, listener: EventListenerOrEventListenerObject | null): void {
    super.removeEventListener(type, listener);
    if (type === "message") this.listeners -= 1;
  }

  postMessage(message: unknown, targetOrigin?: unknown): void {
    this.posted.push({ message: structuredClone(message), targetOrigin });
    this.deliver(message);
  }

  /** Delivers a message as if `source` of `origin` had posted it. */
  deliver(data: unknown, source: unknown = this, origin: string = this.location.origin): void {
    this.dispatchEvent(new FakeMessageEvent(structuredClone(data), source, origin));
  }

  /** The messages of one kind, by their `jpkid` field. */
  postedOf(kind: string): Record<string, unknown>[] {
    return this.posted.map(({ message }) => message as Record<string, unknown>).filter((message) => message["jpkid"] === kind);
  }
}

/** The browser's storage, in memory. */
export class FakeStorage implements SettingsStorage {
  readonly stored: Record<string, unknown> = {};
  readonly #listeners = new Set<(changes: Record<string, unknown>, area: string) => void>();
  readonly local = {
    get: (keys: string[]): Promise<Record<string, unknown>> =>
      Promise.resolve(structuredClone(Object.fromEntries(Object.entries(this.stored).filter(([key]) => keys.includes(key))))),
    set: (items: Record<string, unknown>): Promise<void> => {
      Object.assign(this.stored, structuredClone(items));
      this.fire(items, "local");
      return Promise.resolve();
    },
  };
  readonly onChanged = {
    addListener: (listener: (changes: Record<string, unknown>, area: string) => void): void => { this.#listeners.add(listener); },
    removeListener: (listener: (changes: Record<string, unknown>, area: string) => void): void => { this.#listeners.delete(listener); },
  };

  /** Tells of a change. */
  fire(changes: Record<string, unknown>, area: string): void {
    for (const listener of this.#listeners) listener(changes, area);
  }
}

/** One golden message of docs/protocol/; tests run in the extension's folder. */
export function golden(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(`../docs/protocol/${name}.json`, "utf8")) as Record<string, unknown>;
}

/** Lets everything that is already settled run. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
