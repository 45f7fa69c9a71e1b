/** What node:crypto does not tell of a certificate: key identifiers, policies, the usage of the key, what is critical. */
import { X509Certificate } from "node:crypto";

const SHA256_WITH_RSA = "1.2.840.113549.1.1.11";
const VERSION_3 = "a003020102";

/** An X.509 v3 certificate signed with SHA-256 and RSA. */
export interface Certificate {
  readonly x509: X509Certificate;
  /** Names, in DER. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly authorityKeyId: Buffer | undefined;
  readonly subjectKeyId: Buffer | undefined;
  /** As the basic constraints say; node:crypto says it only of authorities that may sign certificates. */
  readonly isAuthority: boolean;
  /** `ofAuthority` are keyCertSign and cRLSign. */
  readonly keyUsage: { readonly digitalSignature: boolean; readonly nonRepudiation: boolean; readonly ofAuthority: boolean };
  readonly policies: readonly string[];
  /** The object identifiers of the critical extensions. */
  readonly critical: readonly string[];
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly bytes: Buffer;
}

/**
 * Parses the DER of one certificate.
 *
 * @throws Error if it is not what {@link Certificate} says.
 */
export function parseCertificate(der: Buffer): Certificate {
  const x509 = new X509Certificate(der);
  // OpenSSL takes PEM too, and leaves what follows.
  if (!x509.raw.equals(der)) throw new Error("not one certificate");
  const [signed, algorithm, signature] = childrenOf(whole(der).content);
  // A BIT STRING begins with the number of bits left out. The issuer's signature does not cover how its own end is written.
  if (part(signature).content[0] !== 0) throw new Error("the signature is not whole bytes");
  const [version, , inside, issuer, , subject, , ...rest] = childrenOf(part(signed).content);
  const extensions = rest.find(({ tag }) => tag === 0xa3);
  if (version?.bytes.toString("hex") !== VERSION_3 || extensions === undefined) throw new Error("not version 3");
  const [oid] = childrenOf(part(algorithm).content);
  if (!part(algorithm).bytes.equals(part(inside).bytes) || oidOf(part(oid)) !== SHA256_WITH_RSA) throw new Error("not signed with SHA-256 and RSA");
  return { x509, issuer: part(issuer).bytes, subject: part(subject).bytes, ...readExtensions(whole(extensions.content)) };
}

function readExtensions(extensions: Element): Omit<Certificate, "x509" | "issuer" | "subject"> {
  const values = new Map<string, Element>();
  const critical: string[] = [];
  for (const extension of childrenOf(extensions.content)) {
    const parts = childrenOf(extension.content);
    const oid = oidOf(part(parts[0]));
    if (values.has(oid)) throw new Error("an extension stands twice");
    values.set(oid, whole(part(parts.at(-1)).content));
    if (parts.length === 3 && parts[1]?.content[0] === 0xff) critical.push(oid);
  }
  const [constraint] = childrenOf(values.get("2.5.29.19")?.content ?? Buffer.alloc(0));
  const [named] = childrenOf(values.get("2.5.29.35")?.content ?? Buffer.alloc(0));
  // Behind the number of bits left out; the first bit is the highest.
  const usage = values.get("2.5.29.15")?.content[1] ?? 0;
  return {
    authorityKeyId: named?.tag === 0x80 ? named.content : undefined,
    subjectKeyId: values.get("2.5.29.14")?.content,
    isAuthority: constraint?.tag === 0x01 && constraint.content[0] === 0xff,
    keyUsage: { digitalSignature: (usage & 0x80) !== 0, nonRepudiation: (usage & 0x40) !== 0, ofAuthority: (usage & 0x06) !== 0 },
    policies: childrenOf(values.get("2.5.29.32")?.content ?? Buffer.alloc(0)).map(({ content }) => oidOf(part(childrenOf(content)[0]))),
    critical,
  };
}

/** The element that is all of `bytes`. */
function whole(bytes: Buffer): Element {
  const [element, ...rest] = childrenOf(bytes);
  if (rest.length > 0) throw new Error("bytes follow");
  return part(element);
}

function childrenOf(bytes: Buffer): Element[] {
  const children: Element[] = [];
  for (let rest = bytes; rest.length > 0; rest = rest.subarray(children.at(-1)?.bytes.length)) children.push(first(rest));
  return children;
}

function first(bytes: Buffer): Element {
  const short = bytes[1] ?? 0x80;
  const count = short < 0x80 ? 0 : short & 0x7f;
  if (short === 0x80 || count > 2) throw new Error("a length too long");
  const start = 2 + count;
  const end = start + (count === 0 ? short : bytes.readUIntBE(2, count));
  if (end > bytes.length) throw new Error("cut short");
  return { tag: bytes[0] ?? 0, content: bytes.subarray(start, end), bytes: bytes.subarray(0, end) };
}

function oidOf({ content }: Element): string {
  const numbers: number[] = [];
  let number = 0;
  for (const byte of content) {
    number = number * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    numbers.push(number);
    number = 0;
  }
  const [both = 0, ...others] = numbers;
  const top = Math.min(Math.floor(both / 40), 2);
  return [top, both - 40 * top, ...others].join(".");
}

function part(element: Element | undefined): Element {
  if (element === undefined) throw new Error("a part is missing");
  return element;
}
