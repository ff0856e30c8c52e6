import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";

/** Calls that the tests of the project `unit` must not make: so they stay fast and need nothing installed. */
const starts = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"] as const;

const refuse = (what: string) => (): never => {
  throw new Error(`A unit test must not ${what}. Rename its file to *.integration.test.ts: see DEVELOPERS.md.`);
};
Object.assign(childProcess, Object.fromEntries(starts.map((name) => [name, refuse("start a process")])));
Server.prototype.listen = refuse("start a server");
syncBuiltinESMExports();
