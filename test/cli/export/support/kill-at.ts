import { appendFileSync } from "node:fs";
import fs, { type open } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/**
 * Preloaded before the command line (`--import`): counts the file system calls of the process in a folder, and kills the
 * process (SIGKILL) before one of these calls, or after half of its bytes are written.
 *
 * KILL_FOLDER: the folder. KILL_AT: 0-based number of the call; if it is unset, the calls are listed in KILL_LIST.
 * KILL_HALF: any non-empty text to write half of the bytes first.
 */
const { KILL_FOLDER = "", KILL_AT, KILL_LIST, KILL_HALF } = process.env;
let calls = 0;

function step(name: string, half: () => void = () => {}): void {
  if (KILL_LIST !== undefined) appendFileSync(KILL_LIST, `${name}\n`);
  calls += 1;
  if (KILL_AT === undefined || calls - 1 !== Number(KILL_AT)) return;
  if (KILL_HALF !== undefined) half();
  process.kill(process.pid, "SIGKILL");
}

const isWatched = (path: unknown): path is string => typeof path === "string" && path.startsWith(KILL_FOLDER);
const short = (path: string) => path.slice(path.lastIndexOf("/") + 1);

type Handle = Awaited<ReturnType<typeof open>>;

const original = { open: fs.open, link: fs.link, rename: fs.rename, rm: fs.rm };

fs.open = async (path, flags, mode) => {
  const handle = await original.open(path, flags, mode);
  if (isWatched(path) && flags !== "r") watch(handle, path);
  return handle;
};
fs.link = async (from, to) => {
  if (isWatched(to)) step(`link ${short(to)}`);
  return original.link(from, to);
};
fs.rename = async (from, to) => {
  if (isWatched(to)) step(`rename ${short(to)}`);
  return original.rename(from, to);
};
fs.rm = async (path, options) => {
  if (isWatched(path)) step(`rm ${short(path)}`);
  return original.rm(path, options);
};
syncBuiltinESMExports();

function watch(handle: Handle, path: string): void {
  step(`opened ${short(path)}`);
  const append = handle.appendFile.bind(handle);
  handle.appendFile = async (data, options) => {
    step(`append ${short(path)}`, () => {
      if (data instanceof Uint8Array) appendFileSync(path, data.subarray(0, Math.ceil(data.length / 2)));
    });
    return append(data, options);
  };
  const write = handle.writeFile.bind(handle);
  handle.writeFile = async (data, options) => {
    step(`write ${short(path)}`, () => {
      if (typeof data === "string") appendFileSync(path, data.slice(0, Math.ceil(data.length / 2)));
    });
    return write(data, options);
  };
  const datasync = handle.datasync.bind(handle);
  handle.datasync = async () => {
    step(`datasync ${short(path)}`);
    return datasync();
  };
  const truncate = handle.truncate.bind(handle);
  handle.truncate = async (length) => {
    step(`truncate ${short(path)}`);
    return truncate(length);
  };
}
