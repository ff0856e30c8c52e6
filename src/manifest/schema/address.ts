import { posix } from "node:path";
import { resolveUri } from "@hyperjump/uri";

/** The prefix of repository paths as addresses, because references lead from address to address. */
export const repository = "repository:/";

/** Returns the address of a file of the repository. */
export function toAddress(path: string): string {
  return `${repository}${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Returns the path of an address of the repository; undefined for other addresses. */
export function toPath(address: string): string | undefined {
  if (!address.startsWith(repository)) return undefined;
  const path = decoded(address.slice(repository.length));
  return path === undefined ? undefined : posix.normalize(path);
}

/**
 * Resolves a reference to an absolute address, relative to the address of its schema.
 *
 * @returns undefined for an invalid address
 */
export function resolveAddress(reference: string, base: string): string | undefined {
  // Addresses are ASCII, but file names are usually not encoded.
  const ascii = reference.replace(/[^\x21-\x7e]/gu, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : "\\",
  );
  if (/[\\<>"`{}|^]|%(?![0-9a-f]{2})/i.test(ascii)) return undefined;
  try {
    // For an address such as urn:example:order, the reference "#/x" is in the same document.
    if (ascii.startsWith("#")) return `${base.split("#", 1)[0]}${ascii}`;
    return resolveUri(ascii, base);
  } catch {
    return undefined;
  }
}

/** Splits an address into the part without a fragment, and the unescaped fragment. */
export function splitFragment(address: string): { readonly uri: string; readonly fragment: string | undefined } {
  const at = address.indexOf("#");
  if (at < 0) return { uri: address, fragment: "" };
  return { uri: address.slice(0, at), fragment: decoded(address.slice(at + 1)) };
}

/**
 * Returns the path of a file if paths have the same relation as addresses.
 *
 * @param from the address of a file with a known path
 * @returns a path relative to the repository; undefined if the addresses have nothing in common
 */
export function siblingPath(address: string, from: string, path: string): string | undefined {
  const hierarchical = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)(\/.*)$/i;
  const [, origin, target = ""] = hierarchical.exec(address) ?? [];
  const [, home, here = ""] = hierarchical.exec(from) ?? [];
  if (origin === undefined || home === undefined || origin.toLowerCase() !== home.toLowerCase()) return undefined;
  const relative = decoded(posix.relative(posix.dirname(here), target));
  return relative === undefined ? undefined : posix.join(posix.dirname(path), relative);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
