import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** Creates an untrusted certificate for `localhost` and its key, both as PEM. New on each call, so that no key is stored. */
export function untrustedCertificate(issuer: string): { readonly cert: string; readonly key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = (from: number) => der(0x17, Buffer.from(utcTime(Date.now() + from * 86_400_000)));
  const subject = name("localhost");
  const body = sequence(
    der(0x02, Buffer.from([1, ...randomBytes(8)])),
    ecdsaWithSha256,
    name(issuer),
    sequence(day(-1), day(1)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
  const certificate = sequence(body, ecdsaWithSha256, signature);
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${certificate.toString("base64")}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** Encodes a DER value: tag, length and content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

const ecdsaWithSha256 = sequence(der(0x06, Buffer.from("2a8648ce3d040302", "hex")));

function name(commonName: string): Buffer {
  const attribute = sequence(der(0x06, Buffer.from("550403", "hex")), der(0x0c, Buffer.from(commonName)));
  return sequence(der(0x31, attribute));
}

/** Formats a time as YYMMDDhhmmssZ. */
function utcTime(at: number): string {
  return `${new Date(at).toISOString().replace(/\D/g, "").slice(2, 14)}Z`;
}
