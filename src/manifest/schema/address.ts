import { posix } from "node:path";
import { resolveUri } from "@hyperjump/uri";

/** Stands before paths of the repository, since references go from address to address. */
export const repository = "repository:/";

/** The address of a file of the repository. */
export function toAddress(path: string): string {
  return `${repository}${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** The path behind an address of the repository; undefined: it is elsewhere. */
export function toPath(address: string): string | undefined {
  if (!address.startsWith(repository)) return undefined;
  const path = decoded(address.slice(repository.length));
  return path === undefined ? undefined : posix.normalize(path);
}

/**
 * A reference as an absolute address, from the address of the schema that has it.
 *
 * @returns undefined for what cannot be an address
 */
export function resolveAddress(reference: string, base: string): string | undefined {
  // An address is ASCII; people write file names as they are.
  const ascii = reference.replace(/[^\x21-\x7e]/gu, (character) =>
    character.isWellFormed() ? encodeURIComponent(character) : "\\",
  );
  if (/[\\<>"`{}|^]|%(?![0-9a-f]{2})/i.test(ascii)) return undefined;
  try {
    // Of an address such as urn:example:order, the reference "#/x" is about the same document.
    if (ascii.startsWith("#")) return `${base.split("#", 1)[0]}${ascii}`;
    return resolveUri(ascii, base);
  } catch {
    return undefined;
  }
}

/** An address without its fragment, and the fragment with its escapes undone. */
export function splitFragment(address: string): { readonly uri: string; readonly fragment: string | undefined } {
  const at = address.indexOf("#");
  if (at < 0) return { uri: address, fragment: "" };
  return { uri: address.slice(0, at), fragment: decoded(address.slice(at + 1)) };
}

/**
 * Where a file would be when files lie to each other as their addresses do.
 *
 * @param from the address of a file whose path is known
 * @returns a path relative to the repository; undefined where the addresses have nothing in common
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
