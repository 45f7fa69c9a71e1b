/** Prints the verdict on each vector of a file. Usage: vectors FILE */
import { readFileSync } from "node:fs";
import { parseCertificate } from "./certificate.js";
import { Refusal, verify } from "./verify.js";

interface Vector {
  readonly name: string;
  readonly origin: string;
  readonly nonce: string;
  readonly nonceIssued: string;
  readonly now: string;
  readonly trusted: readonly string[];
  readonly policies: readonly string[];
  readonly token: string;
}

interface VectorFile {
  readonly authorities: Readonly<Record<string, string>>;
  readonly vectors: readonly Vector[];
}

const file = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as VectorFile;

function verdict({ origin, nonce, nonceIssued, now, trusted, policies, token }: Vector): string {
  const authorities = trusted.map((name) => parseCertificate(Buffer.from(file.authorities[name] ?? "", "base64")));
  try {
    verify(token, { origin, nonce, issued: new Date(nonceIssued) }, { authorities, policies }, new Date(now));
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
  return "accept";
}

for (const vector of file.vectors) console.log(vector.name, verdict(vector));
