import { JpkidError } from "./errors.js";

/** What this module says by itself: where no other part is there to speak, and about what a status lacks. */
export type TextName = "extension_unavailable" | "insecure_context" | "reader" | "card" | "unusable-card";

/** What happened, and what a person can do about it. */
export interface Text {
  message: string;
  advice: string;
}

/** By the language's BCP 47 tag. */
const TEXTS: { en: Record<TextName, Text> } & Record<string, Record<TextName, Text>> = {
  en: {
    extension_unavailable: {
      message: "The jpkid browser extension did not answer.",
      advice: "Install or enable the extension and reload the page. If you have it, allow it on this site with its toolbar button and try again.",
    },
    insecure_context: {
      message: "This page was not loaded over a secure connection.",
      advice: "Open the site with an address that starts with https://.",
    },
    reader: {
      message: "No card reader is connected.",
      advice: "Connect a card reader to this computer.",
    },
    card: {
      message: "There is no card in the card reader.",
      advice: "Put your My Number card on or into the card reader.",
    },
    "unusable-card": {
      message: "The card in the card reader cannot be used.",
      advice: "Take it out, check that it is your My Number card, and put it in again.",
    },
  },
  ja: {
    extension_unavailable: {
      message: "ブラウザー拡張機能 jpkid から応答がありません。",
      advice: "拡張機能をインストールまたは有効にして、ページを再読み込みしてください。すでにある場合は、ツールバーのボタンでこのサイトでの利用を許可してから、もう一度お試しください。",
    },
    insecure_context: {
      message: "このページは安全な接続で読み込まれていません。",
      advice: "https:// で始まるアドレスでサイトを開いてください。",
    },
    reader: {
      message: "カードリーダーが接続されていません。",
      advice: "このパソコンにカードリーダーを接続してください。",
    },
    card: {
      message: "カードリーダーにカードがありません。",
      advice: "マイナンバーカードをカードリーダーにセットしてください。",
    },
    "unusable-card": {
      message: "カードリーダーのカードは利用できません。",
      advice: "カードを取り出し、マイナンバーカードであることを確かめて、もう一度セットしてください。",
    },
  },
};

/** The text in the language of the BCP 47 tag `lang`, else of the browser; in English where that language has none. */
export function textOf(name: TextName, lang: string | undefined): Text {
  const language = (lang ?? navigator.language).toLowerCase().split("-")[0] ?? "";
  return (TEXTS[language] ?? TEXTS.en)[name];
}

/** Makes the error for a page that the extension cannot serve, in the language that {@link textOf} takes. */
export function pageError(code: "extension_unavailable" | "insecure_context", lang: string | undefined): JpkidError {
  return new JpkidError({ code, ...textOf(code, lang) });
}
