import { createHash, createPublicKey, verify, webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { rejectionStatuses } from "../../src/producer/answers.ts";
import { bindingName, compatibilityDate, ledgerClass } from "../../src/producer/bindings.ts";
import { deriveKeyPair, signRequest } from "../../src/producer/signing.ts";
import {
  askPath,
  deploymentPattern,
  keyPattern,
  pushPath,
  queueNamePattern,
  wireLimits,
} from "../../src/producer/wire.ts";

const workerText = readFileSync(new URL("../../src/producer/worker.js", import.meta.url), "utf8");
const template = readFileSync(new URL("../../src/producer/wrangler.jsonc", import.meta.url), "utf8");
const workerKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const accountId = "023e105f4ecef8ad9ca31a8372d0c353";

it("derives the key pair by HKDF and Ed25519, as WebCrypto does", async () => {
  const { publicKey, privateKey } = deriveKeyPair(workerKey, accountId, "queue-seeder");
  const text = (value: string) => new TextEncoder().encode(value);
  const input = await webcrypto.subtle.importKey("raw", text(workerKey), "HKDF", false, ["deriveBits"]);
  const info = text("queue-seeder worker v1 queue-seeder");
  const seed = await webcrypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: text(accountId), info },
    input,
    256,
  );
  expect(privateKey.export({ format: "jwk" }).d).toBe(Buffer.from(seed).toString("base64url"));
  expect(publicKey).toBe(createPublicKey(privateKey).export({ format: "jwk" }).x);
  // Deployed Workers have this key: it must not change.
  expect(publicKey).toBe("XtAwcAMnru2-drKWp-e6Pb2SOrUYqDbjBuJ3SBFYhYM");
});

it.each([
  ["the Worker key", workerKey.replace("A", "B"), accountId, "queue-seeder"],
  ["the account", workerKey, accountId.replace("0", "1"), "queue-seeder"],
  ["the name", workerKey, accountId, "queue-seeder-2"],
])("derives another key pair for another value of %s", (_, key, account, name) => {
  expect(deriveKeyPair(key, account, name).publicKey).not.toBe(
    deriveKeyPair(workerKey, accountId, "queue-seeder").publicKey,
  );
});

it("ignores white space around the Worker key, such as the end of a line in a file", () => {
  expect(deriveKeyPair(` ${workerKey}\n`, accountId, "a").publicKey).toBe(
    deriveKeyPair(workerKey, accountId, "a").publicKey,
  );
});

it("signs method, host, path, time and the body's digest", () => {
  const { privateKey } = deriveKeyPair(workerKey, accountId, "queue-seeder");
  const path = pushPath("orders", "d1");
  const header = signRequest(
    privateKey,
    { method: "POST", host: "seeder.example.com", path, time: 1_790_000_000_000 },
    "ü",
  );
  const digest = createHash("sha256").update("ü").digest("hex");
  const [, ts, body, sig = ""] = /^QS1 ts=(\d+), body=(\w+), sig=(\S{88})$/.exec(header) ?? [];
  expect([ts, body]).toEqual(["1790000000000", digest]);
  const text = `QS1\nPOST\nseeder.example.com\n/v1/push/orders/d1\n1790000000000\n${digest}`;
  expect(verify(null, Buffer.from(text), createPublicKey(privateKey), Buffer.from(sig, "base64"))).toBe(true);
});

it("names paths and bindings", () => {
  expect(askPath("orders", "d1")).toBe("/v1/ask/orders/d1");
  expect(bindingName("orders-eu-2")).toBe("QUEUE_orders_eu_2");
});

/** The Worker imports nothing, so it repeats these values. */
it.each([
  ["the largest body", `const bodyLimit = ${group(wireLimits.bodyBytes)};`],
  ["the number of messages", `const pushLimit = ${wireLimits.pushKeys};`],
  ["the number of keys", `const askLimit = ${group(wireLimits.askKeys)};`],
  ["the difference of clocks", `const clockSkewMs = ${group(wireLimits.clockSkewMs)};`],
  ["the longest delay", `const maxDelaySeconds = ${group(wireLimits.delaySeconds)};`],
  ["the form of a key", `const keyPattern = ${keyPattern};`],
  ["the form of a queue's name", source(queueNamePattern)],
  ["the form of a deployment", source(deploymentPattern)],
  ["the class", `export class ${ledgerClass} extends DurableObject {`],
  ["the compatibility date", `Compatibility date: ${compatibilityDate} or later`],
  ...Object.entries(rejectionStatuses).map(([reason, status]) => [
    `the status of ${reason}`,
    `"${reason}", ${status},`,
  ]),
])("matches the Worker's code: %s", (_, text) => {
  expect(workerText.replaceAll(/\(\s+"/g, '("')).toContain(text);
});

it("has a template with the protocol's names", () => {
  expect(template).toContain(`"compatibility_date": "${compatibilityDate}"`);
  expect(template).toContain(`"binding": "${bindingName("orders")}", "queue": "orders"`);
  expect(template).toContain(`"new_sqlite_classes": ["${ledgerClass}"]`);
  expect(template).toContain('"PUBLIC_KEY": ""');
});

function group(number: number): string {
  return number.toLocaleString("en-US").replaceAll(",", "_");
}

function source(pattern: RegExp): string {
  return pattern.source.replace(/^\^/, "").replace(/\$$/, "");
}
