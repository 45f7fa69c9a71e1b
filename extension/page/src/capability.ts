import { call, type CallOptions } from "./client.js";
import { JpkidError, type MissingPart } from "./errors.js";
import { isStatus, type Status } from "./results.js";
import { textOf, type Text } from "./texts.js";

/**
 * Where the help is that comes with this module: `help.html`, one section for each part that can be missing. Serve it
 * beside the module (bundlers that know `new URL(…, import.meta.url)` copy it), or name another place with
 * {@link CapabilityOptions.helpUrl}.
 */
const HELP_URL = new URL("./help.html", import.meta.url).href;

/**
 * A part that can be missing, in the order in which they stand behind each other.
 *
 * - `extension`: absent, disabled, or not allowed on this site.
 * - `permission`, `native-host`, `daemon`, `service`: as {@link MissingPart}.
 * - `reader`: no card reader is connected.
 * - `card`: no reader holds a card that can be used.
 */
export type Part = "extension" | MissingPart | "reader" | "card";

/** What {@link capability} takes. */
export interface CapabilityOptions extends CallOptions {
  /** The address of a page that says how to get each {@link Part}, in an element whose `id` is the part's name. */
  helpUrl?: string;
}

/** Whether a card can be asked now and, where it cannot, the first part that is missing. */
export type Capability =
  | {
      ready: true;
      /** What the service sees. */
      status: Status;
    }
  | {
      ready: false;
      /** The first part on the way to the card that is missing. */
      missing: Part;
      /** What is missing, a sentence that can be shown as it is. */
      message: string;
      /** What the person can do about it. */
      advice: string;
      /** Where a link for the person can lead. */
      helpUrl: string;
    };

/** The part that an error says is missing; undefined for an error that says something else. */
function missingPart({ code, missing }: JpkidError): Part | undefined {
  if (code === "extension_unavailable") return missing ?? "extension";
  if (code === "no_service") return missing ?? "native-host";
  // A policy of the system can keep this person from a service that runs.
  if (code === "access_denied") return "service";
  if (code === "no_reader") return "reader";
  return code === "no_card" ? "card" : undefined;
}

/**
 * Says whether a card can be asked now, and if not, what is missing: the first of extension, permission, native host,
 * daemon, service, reader and card. Opens no prompt and costs no PIN try. Where nobody answers it says so after 10 seconds.
 *
 * A page cannot tell an absent extension from one that is not allowed on its site: both are `extension`, so that no
 * site learns which extensions a person has.
 *
 * @throws {@link JpkidError} for what is not a missing part, or the signal's reason once it is aborted.
 */
export async function capability(options: CapabilityOptions = {}): Promise<Capability> {
  const { helpUrl = HELP_URL, ...callOptions } = options;
  const without = (missing: Part, text: Text): Capability => ({ ready: false, missing, ...text, helpUrl: `${helpUrl}#${missing}` });
  let status: Status;
  try {
    status = await call(window, { method: "status", params: {}, options: callOptions, isResult: isStatus });
  } catch (error) {
    const missing = error instanceof JpkidError ? missingPart(error) : undefined;
    if (!(error instanceof JpkidError) || missing === undefined) throw error;
    return without(missing, { message: error.message, advice: error.advice ?? "" });
  }
  const { readers } = status;
  if (readers.length === 0) return without("reader", textOf("reader", options.lang));
  if (readers.some(({ card }) => card !== null)) return { ready: true, status };
  const unusable = readers.find(({ error }) => error !== undefined)?.error;
  if (unusable === undefined) return without("card", textOf("card", options.lang));
  const { message, advice } = textOf("unusable-card", options.lang);
  // The service knows why, and so better what to do.
  return without("card", { message, advice: unusable.advice ?? advice });
}
