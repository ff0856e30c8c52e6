import {
  isDate,
  isDateTime,
  isDuration,
  isEmail,
  isHostname,
  isIdnEmail,
  isIPv4,
  isIPv6,
  isIri,
  isIriReference,
  isJsonPointer,
  isRegex,
  isRelativeJsonPointer,
  isUri,
  isUriReference,
  isUriTemplate,
  isUuid,
} from "@hyperjump/json-schema-formats";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { isIdnHostname } from "idn-hostname";

/** The check of a format for texts or numbers; without either, the format is only an annotation. */
export interface Format {
  readonly text?: (text: string) => boolean;
  readonly number?: (number: number) => boolean;
}

/** Maximum characters of a host name or an email address: actual ones are far shorter, and checking longer ones takes time. */
const maxName = 1_000;

function isIdn(name: string): boolean {
  if (name.length > maxName || /[.\u3002\uff0e\uff61]$/.test(name)) return false;
  try {
    return isIdnHostname(name);
  } catch {
    // The library throws for invalid values.
    return false;
  }
}

function isInternationalEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  if (at < 0 || text.length > maxName) return false;
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (!isIdnEmail(`${local}@example.com`)) return false;
  return domain.startsWith("[") ? isEmail(`a@${domain}`) : isIdn(domain);
}

/** Returns a format that only the other library implements correctly. */
function foreignFormat(name: keyof typeof fullFormats): Format {
  const format: unknown = fullFormats[name];
  const check = typeof format === "object" && format !== null && "validate" in format ? format.validate : format;
  if (check instanceof RegExp) return { text: (text) => check.test(text) };
  if (typeof check === "function") return { text: (text) => check(text) === true };
  throw new Error(`the library of formats has no ${name}`);
}

/** Returns a format for whole numbers from `least` to below `end`; the decimal of a larger double may exceed the bound. */
const isWhole = (least: number, end: number): Format => ({
  number: (number) => Number.isInteger(number) && number >= least && number < end,
});

const ifShort = (test: (text: string) => boolean): Format => ({ text: (text) => text.length <= maxName && test(text) });

/** The formats of the drafts and of OpenAPI. */
export const formats: Readonly<Record<string, Format>> = {
  "date-time": ifShort(isDateTime),
  date: ifShort(isDate),
  time: foreignFormat("time"),
  duration: ifShort(isDuration),
  email: ifShort(isEmail),
  "idn-email": { text: isInternationalEmail },
  hostname: { text: (text) => text.length <= maxName && isHostname(text) && isIdn(text) },
  "idn-hostname": { text: isIdn },
  ipv4: ifShort(isIPv4),
  ipv6: ifShort(isIPv6),
  uri: { text: isUri },
  "uri-reference": { text: isUriReference },
  iri: { text: isIri },
  "iri-reference": { text: isIriReference },
  "uri-template": { text: isUriTemplate },
  uuid: ifShort(isUuid),
  "json-pointer": { text: isJsonPointer },
  "relative-json-pointer": { text: isRelativeJsonPointer },
  regex: { text: isRegex },
  // OpenAPI and related formats.
  "json-pointer-uri-fragment": foreignFormat("json-pointer-uri-fragment"),
  "iso-time": foreignFormat("iso-time"),
  "iso-date-time": foreignFormat("iso-date-time"),
  url: foreignFormat("url"),
  byte: foreignFormat("byte"),
  int8: isWhole(-(2 ** 7), 2 ** 7),
  int16: isWhole(-(2 ** 15), 2 ** 15),
  int32: isWhole(-(2 ** 31), 2 ** 31),
  int64: isWhole(-(2 ** 63) + 1024, 2 ** 63),
  uint8: isWhole(0, 2 ** 8),
  uint16: isWhole(0, 2 ** 16),
  uint32: isWhole(0, 2 ** 32),
  uint64: isWhole(0, 2 ** 64),
  float: {},
  double: {},
  decimal: {},
  password: {},
  binary: {},
};

export const formatNames = Object.keys(formats);
