/**
 * A virtual My Number card for tests of web sites: no reader, no card, no pcscd, no root.
 *
 * ```js
 * const card = await startVirtualCard({ profile: "adult" });
 * const context = await card.launchChromium(chromium);
 * // press "Log in" on your page
 * await card.stop();
 * ```
 *
 * @packageDocumentation
 */
export { startVirtualCard, VirtualCard, type Authorities, type VirtualCardOptions } from "./card.js";
export type { LaunchOptions } from "./browser.js";
export type { Fault } from "./control.js";
export type { Answer, Pins, Question } from "./person.js";
