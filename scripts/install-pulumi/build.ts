import { chmodSync, copyFileSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { engineVersion } from "../../src/engine/pulumi-home.ts";
import { withDisposable } from "../../src/with-disposable.ts";
import { type Surroundings, tool } from "./source.ts";

/** Longer than any build on a machine that can run Pulumi; only a hanging network takes longer. */
const timeoutMs = 30 * 60_000;

const goDir = join(import.meta.dirname, "go");

/** The commands to build, each from its own module, whose go.mod and go.sum pin all sources. */
const commands = {
  pulumi: {
    text: "Building the Pulumi CLI with Go",
    expected: "6 minutes on 2 cores",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    flags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${engineVersion}`,
  },
  "language-nodejs": {
    text: "Building its language plugin for Node",
    expected: "half a minute",
    package: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    flags: "-s -w",
  },
} as const satisfies Record<string, { text: string; expected: string; package: string; flags: string }>;

/** Builds the Pulumi engine from its Go modules, for networks that allow only the module proxy. */
export async function build(work: string, surroundings: Surroundings): Promise<string> {
  const binDir = join(work, "bin");
  mkdirSync(binDir);
  await go("pulumi", ["version"], surroundings);
  await buildCommand("pulumi", join(binDir, "pulumi"), "1/3", surroundings);
  await buildCommand("language-nodejs", join(binDir, "nodejs-language-host"), "2/3", surroundings);
  await withDisposable(surroundings.progress.step("3/3 Copying their scripts"), async () => {
    const sdk = await go("pulumi", ["list", "-m", "-f", "{{.Dir}}", "github.com/pulumi/pulumi/sdk/v3"], surroundings);
    copyScript(join(goDir, "language-nodejs/pulumi-language-nodejs"), binDir);
    copyScript(join(sdk.trim(), "nodejs/dist/pulumi-resource-pulumi-nodejs"), binDir);
  });
  return binDir;
}

async function buildCommand(
  name: keyof typeof commands,
  output: string,
  step: string,
  surroundings: Surroundings,
): Promise<void> {
  const { text, expected, package: target, flags } = commands[name];
  const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", output, target];
  await withDisposable(surroundings.progress.step(`${step} ${text}`, expected), () => go(name, args, surroundings));
}

/** Runs Go in a module's folder, because its go.mod also sets the required Go version. */
function go(name: keyof typeof commands, args: string[], { env, signal }: Surroundings): Promise<string> {
  const cwd = join(goDir, name);
  return tool("go", args, {
    cwd,
    env: { ...env, CGO_ENABLED: "0", GOWORK: "off" },
    timeoutMs,
    signal,
    tellingLines: 3,
  });
}

/** Copies a script and makes it executable and writable: a module's files are neither. */
function copyScript(from: string, binDir: string): void {
  const to = join(binDir, basename(from));
  copyFileSync(from, to);
  chmodSync(to, 0o755);
}
