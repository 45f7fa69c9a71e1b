/** Readers and cards, as they are now. */
import { line, make, type Tone } from "../dom.js";
import type { OwnCard, OwnReader, OwnStatus } from "../own-results.js";
import type { Text } from "../text.js";
import { sayCertificate } from "./certificates.js";
import { sayPin, type Lines } from "./pins.js";

/** What the panel's live line says of all readers together. */
export function sayReaders({ readers }: OwnStatus, text: Text): string {
  if (readers.length === 0) return text("cardNoReader");
  return [...new Set(readers.map((reader) => sayReader(reader, text).words))].join(" ");
}

/** Shows each reader with what is in it. */
export function showReaders({ readers }: OwnStatus, now: Date, text: Text, lang: string): HTMLElement[] {
  if (readers.length === 0) return [line("plain", text("cardNoReaderAdvice"))];
  // The live line has said it already where there is one reader only.
  const isAlone = readers.length === 1;
  return readers.map((reader) => showReader(reader, isAlone, now, text, lang));
}

function sayReader({ card, error }: OwnReader, text: Text): { tone: Tone; words: string; advice?: string } {
  if (card !== null) return { tone: "plain", words: sayKind(card.kind, text) };
  if (error === undefined) return { tone: "quiet", words: text("cardNone"), advice: text("cardNoneAdvice") };
  if (error.code === "unsupported_card") return { tone: "problem", words: text("cardUnsupported"), advice: text("cardUnsupportedAdvice") };
  return { tone: "problem", words: text("cardUnreadable"), advice: error.advice ?? text("cardUnreadableAdvice") };
}

function sayKind(kind: OwnCard["kind"], text: Text): string {
  switch (kind) {
    case "my-number-card":
      return text("cardKindMyNumberCard");
    case "android":
      return text("cardKindAndroid");
    case "iphone":
      return text("cardKindIphone");
    case "juki-card":
      return text("cardKindJukiCard");
    case "unknown":
      return text("cardKindUnknown");
  }
}

function showReader(reader: OwnReader, isAlone: boolean, now: Date, text: Text, lang: string): HTMLElement {
  const { tone, words, advice } = sayReader(reader, text);
  const name = make("h3", "", reader.name);
  // A reader's name is its maker's, mostly English.
  name.translate = false;
  return make("div", "reader", name,
    ...(isAlone ? [] : [line(tone, words)]),
    ...(advice === undefined ? [] : [line("plain", advice)]),
    ...(reader.card === null ? [] : showCard(reader.card, now, text, lang)));
}

function showCard(card: OwnCard, now: Date, text: Text, lang: string): HTMLElement[] {
  const { authentication, signature } = card.pins;
  const list = make("dl", "",
    ...(signature === undefined ? [] : entry(text("pinSignature"), text("pinSignatureShape"), sayPin(signature, "signature", text))),
    ...entry(text("certificateSignature"), undefined, [
      ...sayCertificate(card, "signature", now, text, lang),
      ...(card.certificates.includes("signature") ? [{ tone: "quiet" as const, words: text("certificateMoved") }] : []),
    ]),
    ...entry(text("pinAuthentication"), text("pinAuthenticationShape"), sayPin(authentication, "authentication", text)),
    ...entry(text("certificateAuthentication"), undefined, sayCertificate(card, "authentication", now, text, lang)));
  return [list, line("quiet", text("certificateRevocation"))];
}

function entry(term: string, shape: string | undefined, lines: Lines): HTMLElement[] {
  return [
    make("dt", "", term, ...(shape === undefined ? [] : [" ", make("small", "", shape)])),
    make("dd", "", ...lines.map(({ tone, words }) => line(tone, words))),
  ];
}
