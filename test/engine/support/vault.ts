import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** Environment variable with the address of the run's Vault, named as Pulumi reads it. The workers of vitest inherit it. */
export const vaultVariable = "VAULT_SERVER_URL";

/** Pulumi's name for a key of Vault, as `--secrets-provider`. */
export const vaultKey = "hashivault://tests";

/**
 * Starts the part of HashiCorp's Vault that Pulumi needs: a key that encrypts and decrypts a stack's own key. Each run of Pulumi asks it once,
 * and otherwise would derive the key from a passphrase, with a million rounds: a tenth of a run. It encrypts nothing; what Pulumi
 * encrypts with the stack's key is encrypted.
 */
export async function startVault(): Promise<{ readonly url: string; close(): void }> {
  const prefix = "vault:v1:";
  const server = createServer(async (request, response) => {
    const { plaintext = "", ciphertext = "" } = (await json(request)) as Readonly<Record<string, string>>;
    const data = request.url?.startsWith("/v1/transit/encrypt/")
      ? { ciphertext: `${prefix}${plaintext}` }
      : { plaintext: ciphertext.slice(prefix.length) };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ data }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
