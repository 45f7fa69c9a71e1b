/** The part of `chrome.events.Event` that the hops need; a test can make one by hand. */
export interface EventSource<Listener> {
  addListener(listener: Listener): void;
}

/** The part of `chrome.runtime.Port` that the hops need. */
export interface Port {
  postMessage(message: unknown): void;
  disconnect(): void;
  readonly onMessage: EventSource<(message: unknown) => void>;
  readonly onDisconnect: EventSource<() => void>;
  /** Why it ended, in Firefox. */
  readonly error?: { message: string } | null;
}

/** How long the answer to a request may take that no person is asked about. */
export const ANSWER_MS = 10_000;

/** Why the port that just disconnected did so; to be called inside its `onDisconnect`, and no later. */
export function lastErrorOf(port: Port): string | undefined {
  return chrome.runtime.lastError?.message ?? port.error?.message;
}

/** Whether a native host that ended was found and started, by what the browser said of its end. */
export function hostWasThere(reason: string | undefined): boolean {
  // The browser has a fixed text for each cause; only these mean that the program was there.
  return reason === undefined || reason.includes("exited") || reason.includes("communicating");
}
