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
}
