/** Simulates `go` or Pulumi's launcher, in a process of its own: asks the test what to do, and does it. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fakeEngine, writeScript } from "./fakes.ts";

const [name = "", ...args] = process.argv.slice(2);
const last = args.at(-1)?.split("/").at(-1) ?? "";
const call = name === "go" ? ["go", args[0], ...(args[0] === "build" ? [last] : [])].join(" ") : name;
const verdict = await (await fetch(`${process.env.WATCH_URL}/${encodeURIComponent(call)}`)).text();
if (verdict === "fail") {
  console.error(`first words\n${call}: no network here`);
  process.exitCode = 1;
} else if (name === "launcher") {
  // Half a download is the CLI without its plugins.
  const { PULUMI_HOME = "", PULUMI_VERSION = "" } = process.env;
  fakeEngine(join(PULUMI_HOME, "versions", PULUMI_VERSION, "bin"), PULUMI_VERSION, verdict === "half" ? [] : undefined);
} else if (args[0] === "build") {
  const version = verdict === "half" ? "3.0.0" : "3.250.0";
  writeScript(args[args.indexOf("-o") + 1] ?? "", `#!/bin/sh\necho ${version}\n`);
} else if (args[0] === "list") {
  const sdk = join(process.env.SDK_DIR ?? "", "sdk");
  mkdirSync(sdk, { recursive: true });
  writeScript(join(sdk, "nodejs/dist/pulumi-resource-pulumi-nodejs"), "#!/bin/sh\n");
  console.log(sdk);
}
