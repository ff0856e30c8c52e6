/** The actual kind of a file that should be data, a manifest or a schema. */
export interface ForeignContent {
  /** A clause without a period. */
  readonly description: string;
  /** How to get the data. */
  readonly hint: string;
  /** Its compression, if that is the only difference. */
  readonly compression?: string;
}

/** The number of bytes at the start of a file that identify its kind. */
export const sniffedBytes = 1_024;

/**
 * Recognizes placeholders for other files, and files of other kinds, by their first bytes. Parsed as data, many of them would be a
 * CSV file with one column.
 *
 * @param head the first {@link sniffedBytes} of the file, or all of it
 */
export function sniffContent(head: Uint8Array): ForeignContent | undefined {
  const bytes = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, sniffedBytes)).toString("latin1");
  const text = bytes.replace(/^(?:\xef\xbb\xbf)?\s*/, "");
  return (
    compressedWith(bytes) ??
    known.find(({ begins }) => begins.test(bytes)) ??
    placeholders.find(({ begins }) => begins.test(text)) ??
    (isMarkup(text) ? markup : undefined)
  );
}

/** Recognizes a file of the tool sops, which has its keys under "sops", and other texts as ENC[…]. */
export function sniffSops(text: string): ForeignContent | undefined {
  return text.includes("ENC[AES256_GCM,data:") && /^\s*"?sops"?\s*:/m.test(text) ? sops : undefined;
}

interface Signature extends ForeignContent {
  readonly begins: RegExp;
}

const compressedNext = "Decompress it, or compress it with gzip or zstd instead.";
const exportNext = "Export the data as CSV or NDJSON.";
const decryptNext = "Decrypt it before the deployment; for single values use secrets of the stack's configuration.";

const sops: ForeignContent = {
  description: "the file is encrypted with sops",
  hint: 'Decrypt it first, with "sops decrypt".',
};
const markup: ForeignContent = {
  description: "this is a page of HTML or XML, such as an error page instead of a download",
  hint: "Download the file again, and check that it is the data.",
};

function compressedWith(bytes: string): ForeignContent | undefined {
  const compression = bytes.startsWith("\x1f\x8b") ? "gzip" : bytes.startsWith("\x28\xb5\x2f\xfd") ? "zstd" : undefined;
  if (compression === undefined) return undefined;
  const hint = `Write "compression: ${compression}", or give the file its usual extension.`;
  return { description: `the file is compressed with ${compression}`, hint, compression };
}

const is = (begins: RegExp, what: string, hint: string): Signature => ({
  begins,
  description: `this is ${what}`,
  hint,
});
const compressed = (begins: RegExp, how: string): Signature => ({
  begins,
  description: `the file is compressed with ${how}, which is not supported`,
  hint: compressedNext,
  compression: how,
});

/* biome-ignore-start lint/suspicious/noControlCharactersInRegex: these bytes identify binary files */
/** Signatures at the very start. A word that could be the name of a column must be followed by a byte that is not text. */
const known: readonly Signature[] = [
  is(/^\0GITCRYPT\0/, "a file that git-crypt has encrypted", 'Unlock the repository with "git-crypt unlock".'),
  is(/^Salted__/, "a file that OpenSSL has encrypted", decryptNext),
  is(
    /^PK\x03\x04[\s\S]*(?:\[Content_Types\]\.xml|xl\/|opendocument)/,
    "an Office document, such as a workbook",
    exportNext,
  ),
  is(/^PK(?:\x03\x04|\x05\x06)/, "a ZIP archive", "Unpack it."),
  is(/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, "an older Office document, such as a workbook", exportNext),
  is(/^PAR1[\x00-\x1f\x80-\xff]/, "a Parquet file", exportNext),
  is(/^Obj\x01/, "an Avro file", exportNext),
  is(/^ORC[\x00-\x08\x0e-\x1f\x80-\xff]/, "an ORC file", exportNext),
  is(/^(?:ARROW1\0|FEA1[\x00-\x1f\x80-\xff])/, "an Arrow file", exportNext),
  is(/^SQLite format 3\0/, "a SQLite database", exportNext),
  is(/^\x89HDF\r\n/, "an HDF5 file", exportNext),
  is(/^%PDF-/, "a PDF document", "Use the file that contains the data."),
  is(/^(?:\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a)/, "an image", "Use the file that contains the data."),
  is(/^7z\xbc\xaf\x27\x1c/, "a 7z archive", "Unpack it."),
  is(/^Rar!\x1a\x07/, "a RAR archive", "Unpack it."),
  is(/^[^\0]{1,100}\0[\s\S]{156,255}ustar/, "a tar archive", "Unpack it."),
  compressed(/^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/, "bzip2"),
  compressed(/^\xfd7zXZ\0/, "xz"),
  compressed(/^\x5d\0\0[\s\S]{2}/, "LZMA"),
  compressed(/^\x04\x22\x4d\x18/, "LZ4"),
  compressed(/^LZIP\x01/, "lzip"),
  compressed(/^\xff\x06\0\0sNaPpY/, "Snappy"),
  compressed(/^\x1f[\x9d\xa0]/, "compress"),
];
/* biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above */

/** Signatures in text, after a byte order mark and whitespace. */
const placeholders: readonly Signature[] = [
  is(
    /^version https?:\/\/(?:git-lfs\.github\.com|hawser\.github\.com|git-media\.io)\/(?:spec\/)?v/,
    "a Git LFS pointer, not the file itself",
    'Get the file with "git lfs pull"; in a pipeline have the checkout fetch it ("lfs: true" for actions/checkout).',
  ),
  is(
    /^(?:(?:\.\.\/)*\.git)?\/annex\/objects\//,
    "a pointer of git-annex, not the file itself",
    'Get the file with "git annex get".',
  ),
  is(/^U2FsdGVkX1/, "a file that transcrypt or OpenSSL has encrypted", decryptNext),
  is(/^\$ANSIBLE_VAULT;/, "a file that Ansible Vault has encrypted", decryptNext),
  is(/^(?:age-encryption\.org\/v1|-----BEGIN AGE ENCRYPTED FILE-----)/, "a file that age has encrypted", decryptNext),
  is(/^-----BEGIN PGP /, "a file that PGP has encrypted or signed", decryptNext),
  is(/^-----BEGIN [A-Z0-9 ]+-----/, "a key or a certificate", "Use the file that contains the data."),
  { begins: /^\{\s*\n\s*"data":\s*"ENC\[AES256_GCM,data:/, ...sops },
  is(/^HTTP\/[0-9.]+ [1-5][0-9][0-9]\b/, "the answer of a web server with its headers", "Save only the body."),
  is(/^404: Not Found\s*$/, "the error of a download", "Download the file again, and check that it is the data."),
];

/** Elements that only pages begin with; others must be closed too, because a column may be named `<DATE>`. */
const pageStart = /^<(?:!doctype|!--|\?xml|html|head|body|script|svg|rss)\b/i;

function isMarkup(text: string): boolean {
  if (pageStart.test(text) || text.startsWith("<!--")) return true;
  const [, name] = /^<([a-z][\w.:-]*)[^<>]*>/i.exec(text) ?? [];
  return name !== undefined && text.includes(`</${name}>`);
}
