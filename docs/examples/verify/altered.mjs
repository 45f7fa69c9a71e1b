// Prints vectors that all have to be refused: the first good token of a file with its certificate damaged at each byte in turn.
// A verifier reads it before it knows who issued it, so whatever it meets it must refuse, and not fail.
// Usage: node altered.mjs FILE
import { readFileSync } from "node:fs";

const { authorities, vectors } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const good = vectors.find(({ expected }) => expected === "accept");
const token = JSON.parse(good.token);
const der = Buffer.from(token.unverifiedCertificate, "base64");

const DAMAGES = {
  bit: (position) => Buffer.from(der.map((byte, index) => (index === position ? byte ^ (1 << (position % 8)) : byte))),
  // As a length: indefinite. As a type: of another class.
  high: (position) => Buffer.from(der.map((byte, index) => (index === position ? byte ^ 0x80 : byte))),
  missing: (position) => Buffer.concat([der.subarray(0, position), der.subarray(position + 1)]),
};
const altered = [...der.keys()].flatMap((position) =>
  Object.entries(DAMAGES).map(([name, damage]) => ({
    ...good,
    name: `${name}-${position}`,
    token: JSON.stringify({ ...token, unverifiedCertificate: damage(position).toString("base64") }),
    expected: "a refusal",
  })),
);
console.log(JSON.stringify({ authorities, vectors: altered }));
