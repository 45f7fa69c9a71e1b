/** The part of `chrome.runtime.MessageSender` that decides who asks. */
export type Sender = Pick<chrome.runtime.MessageSender, "frameId" | "id" | "origin" | "tab">;

/** Who asks: a page by its origin, or someone who is refused. */
export type SenderVerdict =
  | { verdict: "page"; origin: string; tabId: number }
  | { verdict: "frame"; detail: string }
  | { verdict: "stranger"; detail: string };

/**
 * Decides who asks from what the browser says about the sender; nothing that the page says is looked at.
 *
 * A page inside a frame is refused: the person sees the address of the page around it and would take the
 * prompt for that page's.
 */
export function judgeSender(sender: Sender | undefined, ownId: string): SenderVerdict {
  if (sender?.id !== ownId) return { verdict: "stranger", detail: "the sender is not this extension's content script" };
  if (sender.tab?.id === undefined) return { verdict: "stranger", detail: "the sender is not a page in a tab" };
  if (sender.frameId !== 0) return { verdict: "frame", detail: "only the top frame of a page may ask" };
  if (sender.origin === undefined || !URL.canParse(sender.origin)) {
    return { verdict: "stranger", detail: "the browser tells no origin for the page" };
  }
  const { origin, protocol } = new URL(sender.origin);
  if (protocol !== "https:" && protocol !== "http:") {
    return { verdict: "stranger", detail: `pages of ${protocol} have no origin that can be shown` };
  }
  return { verdict: "page", origin, tabId: sender.tab.id };
}
