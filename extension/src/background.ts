/**
 * The service worker. The browser stops and starts it at will, so every listener is added at once, at top
 * level, and nothing that a later event needs is kept in memory.
 */
import { Admission } from "./background/admission.js";
import { Relay } from "./background/relay.js";
import { judgeSender } from "./background/sender.js";
import { NATIVE_HOST_NAME, REQUEST_PORT_NAME } from "./messages.js";
import { inOrder, reconcileSites, serveOpenPages } from "./sites.js";

const builtIn = chrome.runtime.getManifest().content_scripts?.flatMap((script) => script.matches ?? []) ?? [];
const admission = new Admission();
const reconcile = inOrder(() => reconcileSites(chrome, builtIn));

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== REQUEST_PORT_NAME) return;
  const sender = judgeSender(port.sender, chrome.runtime.id);
  const tabId = sender.verdict === "page" ? sender.tabId : undefined;
  const admitted = tabId === undefined || admission.enter(tabId);
  new Relay(port, sender, {
    connectNative: () => chrome.runtime.connectNative(NATIVE_HOST_NAME),
    lastError: () => chrome.runtime.lastError?.message,
    uiLanguage: () => chrome.i18n.getUILanguage(),
    admitted,
    onEnd: () => {
      if (tabId !== undefined && admitted) admission.leave(tabId);
    },
  });
});

chrome.runtime.onInstalled.addListener(() => void reconcile());
chrome.runtime.onStartup.addListener(() => void reconcile());
chrome.permissions.onRemoved.addListener(() => void reconcile());
chrome.permissions.onAdded.addListener(({ origins = [] }) => {
  void reconcile().then(() => serveOpenPages(chrome, origins));
});
