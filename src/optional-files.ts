import { readdirSync, readFileSync } from "node:fs";
import { errorCode } from "./error-code.ts";

/** Lists the names in a folder; none if it does not exist. @throws the system's error if it cannot be read */
export function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

/** Lists the names in a folder; none if it cannot be read. For folders of other programs, which report what is wrong with them. */
export function listReadableNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Reads a text file; "" if it cannot be read. For files of other programs, which report what is wrong with them. */
export function readReadableText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
