import { join } from "node:path";
import { type Emulator, startEmulator } from "../../../src/emulator/index.ts";
import type { ProcessResult } from "../../../src/engine/child-process.ts";
import { spawnProcess } from "../../../src/engine/child-process.ts";
import { unpack } from "../../package/support/install.ts";
import { type Config, makeStack, type OwnStack } from "./stack.ts";
import { testToken } from "./stack-templates.ts";

const pulumiYaml = `name: shop
main: index.ts
runtime:
  name: nodejs
  options:
    typescript: false
`;

/** A stack of a user's Pulumi project, and the emulator that it pushes to. */
export interface Shop extends AsyncDisposable {
  readonly stack: OwnStack;
  readonly emulator: Emulator;
  /** Returns the bodies in the queue, in order of arrival. */
  bodies(): unknown[];
  /** Returns the number of messages in each accepted push request. */
  pushes(): number[];
  /** Runs the installed command line for the stack, without a terminal. */
  cli(...args: readonly string[]): Promise<ProcessResult>;
}

export interface ShopOptions {
  /** The packed package to install. The project contains no other files of the repository. */
  readonly tarball: string;
  readonly files: Readonly<Record<string, string>>;
  readonly config?: Config;
  /** Whether the project creates the queue itself, with @pulumi/cloudflare. Default: the queue exists. */
  readonly creates?: boolean;
  /** Installs the package into the project's node_modules. Default: as npm would. */
  readonly install?: (dir: string) => void;
}

export async function makeShop({
  tarball,
  files,
  config = {},
  creates = false,
  install = (dir) => unpack(tarball, dir, { also: creates ? ["@pulumi/cloudflare"] : [] }),
}: ShopOptions): Promise<Shop> {
  const queues = creates ? [] : [{ name: "orders" }];
  const emulator = await startEmulator({ queues, rateLimit: false, token: testToken });
  try {
    const stack = await makeStack({
      copy: [],
      install,
      standin: creates,
      files: { "Pulumi.yaml": pulumiYaml, ...files },
      config: {
        "shop:accountId": emulator.accountId,
        "queue-seeder:accountId": emulator.accountId,
        "queue-seeder:apiToken": { secret: emulator.token },
        ...(!creates && {
          "shop:queueId": emulator.queueId("orders"),
          "queue-seeder:queues": { orders: { id: emulator.queueId("orders") } },
        }),
        ...config,
      },
      env: { CLOUDFLARE_BASE_URL: emulator.baseUrl, ...(creates && { CLOUDFLARE_API_TOKEN: emulator.token }) },
    });
    return {
      stack,
      emulator,
      bodies: () => emulator.messages("orders").map(({ body }) => body),
      pushes: () => emulator.requests.flatMap(({ accepted }) => (accepted > 0 ? [accepted] : [])),
      cli: (...args) => {
        const { dir, env } = stack.project;
        const main = join(dir, "node_modules/queue-seeder/src/cli/main.mjs");
        const all = [main, ...args, "--stack", stack.name];
        return spawnProcess(process.execPath, all, { cwd: dir, env, timeoutMs: 150_000 }).done;
      },
      async [Symbol.asyncDispose]() {
        await stack[Symbol.asyncDispose]();
        await emulator.close();
      },
    };
  } catch (error) {
    await emulator.close();
    throw error;
  }
}
