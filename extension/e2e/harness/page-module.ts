import type { Page } from "playwright-core";

/** What a call of the page module came to: its result's fields, or its error's. */
export interface Outcome {
  certificate?: string;
  heldSeconds?: number;
  signatures?: string[];
  readers?: { name: string }[];
  /** Of an error. */
  code?: string;
  message?: string;
  retryAfterSeconds?: number;
}

/** Calls the page module of the web system inside its page. */
export function callModule(page: Page, method: "authenticate" | "certificate" | "sign" | "status", options: object): Promise<Outcome> {
  return page.evaluate(async ([name, given]) => {
    const path = "/jpkid.js";
    const jpkid = (await import(path)) as Record<string, (options: object) => Promise<Outcome>>;
    const asked = jpkid[name]?.(given);
    if (asked === undefined) throw new TypeError(name);
    return asked.catch((error: unknown) => {
      const { code, message, retryAfterSeconds } = error as Outcome;
      return { code, message, retryAfterSeconds } as Outcome;
    });
  }, [method, options] as const);
}
