import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Where the parts of jpkid lie that a test puts together. */
export interface Parts {
  /** The folder of jpkid, jpkid-native-host and jpki-virtual-card. */
  programs: string;
  /** The unpacked extension. */
  extension: string;
  /** The pinentry that answers from a script. */
  pinentry: string;
}

/** The parts in this package. */
export function ownParts(): Parts {
  const at = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
  return { programs: at("bin"), extension: at("extension"), pinentry: at("pinentry.mjs") };
}

/** The path of one of the programs. */
export function programOf({ programs }: Parts, name: string): string {
  const path = `${programs}/${name}`;
  if (!existsSync(path)) throw new Error(`${path} is missing: build it first (packaging/testing-package does)`);
  return path;
}
