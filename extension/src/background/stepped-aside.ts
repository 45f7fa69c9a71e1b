/** Tells the person where another extension answers the pages that speak Web eID, so that this one does not. */
import { isRecord } from "../../page/src/guards.js";
import { noteSteppedAside, type SettingsStorage } from "../settings.js";
import type { SenderVerdict } from "./sender.js";

/** From a content script: whether another extension answers its page. */
export interface SteppedAsideReport {
  type: "web-eid-other";
  answers: boolean;
}

/** The part of the browser's API that the note needs. */
export interface SteppedAsideApi {
  storage: SettingsStorage;
  action: {
    setBadgeText(details: { tabId: number; text: string }): Promise<void>;
    setTitle(details: { tabId: number; title: string }): Promise<void>;
  };
}

/** The texts of the toolbar button. */
export interface ButtonTitles {
  plain: string;
  steppedAside: string;
}

const BADGE = "!";

/** A report, and who sent it. */
export interface Received {
  message: unknown;
  sender: SenderVerdict;
  /** Whether it comes from a private window, whose sites are not to be kept. */
  isPrivate: boolean;
}

/** Notes what a content script reports, under the origin that the browser tells; whatever else is received is ignored. */
export async function noteReport(api: SteppedAsideApi, { message, sender, isPrivate }: Received, titles: ButtonTitles): Promise<void> {
  if (!isRecord(message) || message["type"] !== "web-eid-other" || typeof message["answers"] !== "boolean") return;
  if (sender.verdict !== "page") return;
  const { answers } = message;
  const { origin, tabId } = sender;
  if (!isPrivate) await noteSteppedAside(api.storage, origin, answers);
  try {
    await api.action.setBadgeText({ tabId, text: answers ? BADGE : "" });
    await api.action.setTitle({ tabId, title: answers ? titles.steppedAside : titles.plain });
  } catch {
    // The tab is gone, and its button with it.
  }
}
