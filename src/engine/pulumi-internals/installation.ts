import { closeSync, openSync, readSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { type Env, pulumiHome } from "../pulumi-home.ts";

/** The files of an installed Pulumi, which no command lists. */

/** Plugins that a Node program with dynamic resources needs, next to the CLI or on PATH. */
export const plugins = ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"] as const;

/** Returns the folder in which the launcher and the Automation API store engines, one folder per version. */
export function versionsDir(env: Env): string {
  return join(pulumiHome(env), "versions");
}

/**
 * Checks whether a file is the npm package `pulumi`. That is not an engine, and running it, even for its version, would download
 * one. npm links its script into node_modules/.bin; other package managers write a shell script that names it.
 */
export function isLauncher(file: string): boolean {
  if (`${file}${sep}${realpathSync(file)}`.split(sep).includes("node_modules")) return true;
  const start = firstBytes(file, 4096);
  return start.startsWith("#!") && start.includes("run.js");
}

function firstBytes(file: string, count: number): string {
  const descriptor = openSync(file, "r");
  try {
    const buffer = Buffer.alloc(count);
    return buffer.toString("latin1", 0, readSync(descriptor, buffer, 0, count, 0));
  } finally {
    closeSync(descriptor);
  }
}
