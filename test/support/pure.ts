import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { Server } from "node:net";

/** Set-up of the project `unit`: its tests start no process and no server, so they stay quick and need nothing installed. */
const starts = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"] as const;

const refuse = (what: string) => (): never => {
  throw new Error(`A unit test must not ${what}. Rename its file to *.integration.test.ts: see DEVELOPERS.md.`);
};
Object.assign(childProcess, Object.fromEntries(starts.map((name) => [name, refuse("start a process")])));
Server.prototype.listen = refuse("start a server");
syncBuiltinESMExports();
