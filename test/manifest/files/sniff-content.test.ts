import { gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { sniffContent } from "../../../src/manifest/files/sniff-content.ts";
import { loadFiles } from "../support/fixture.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");
const pointer = `version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
`;

const others: Readonly<Record<string, string>> = {
  "a Git LFS pointer": pointer,
  "an older Git LFS pointer": "version http://git-media.io/v/2\noid sha256:1\n",
  "a Git LFS pointer with a byte order mark": `\xef\xbb\xbf${pointer.replaceAll("\n", "\r\n")}`,
  "a pointer of git-annex": "/annex/objects/SHA256E-s12--9f86d0818.csv\n",
  "a link of git-annex": "../.git/annex/objects/X1/Y2/SHA256E-s12--9f86d0818.csv",
  "a file of git-crypt": "\0GITCRYPT\0\x01\x02",
  "a file of OpenSSL": "Salted__\x01\x02\x03\x04\x05\x06\x07\x08",
  "a file of transcrypt": "U2FsdGVkX1/abc==\n",
  "a file of Ansible Vault": "$ANSIBLE_VAULT;1.1;AES256\n6461\n",
  "a file of age": "age-encryption.org/v1\n-> X25519 abc\n",
  "an armored file of age": "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n",
  "a PGP message": "-----BEGIN PGP MESSAGE-----\n\nhQEM\n",
  "a certificate": "-----BEGIN CERTIFICATE-----\nMIIB\n",
  "a file of sops": '{\n\t"data": "ENC[AES256_GCM,data:p673w==,iv:YY==,tag:UQ==,type:str]",\n\t"sops": {}\n}\n',
  "a page": "<!DOCTYPE html>\n<html>\n</html>\n",
  "a page in capitals, behind blank lines": "\n\n  <HTML><BODY>Moved</BODY></HTML>",
  "a comment before a page": "<!-- served by x -->\n<html></html>",
  "an error of a store": '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code></Error>',
  "an error without its first line": "<Error><Code>NoSuchKey</Code><Key>orders.csv</Key></Error>",
  "an answer with headers": "HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\n\r\na,b\n",
  "an error as text": "404: Not Found",
  "a workbook": "PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0\0\0\0\0xl/workbook.xml",
  "a spreadsheet of LibreOffice": "PK\x03\x04\x14\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
  "an older workbook": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0",
  "a ZIP archive": "PK\x03\x04\x14\0\0\0\x08\0orders.csv",
  "an empty ZIP archive": "PK\x05\x06\0\0",
  "a tar archive": `orders.csv${"\0".repeat(90)}0000644\0${"0".repeat(149)}ustar\x0000`,
  "a Parquet file": "PAR1\x15\x04\x15",
  "an Avro file": "Obj\x01\x04\x14avro.codec",
  "an ORC file": "ORC\x08\x03",
  "an Arrow file": "ARROW1\0\0",
  "a SQLite database": "SQLite format 3\0",
  "a PDF document": "%PDF-1.7\n",
  "an image": "\x89PNG\r\n\x1a\n",
  bzip2: "BZh91AY&SY\x01",
  xz: "\xfd7zXZ\0\0",
  LZ4: "\x04\x22\x4d\x18\x64",
  lzip: "LZIP\x01\x0c",
  compress: "\x1f\x9d\x90",
  "7z": "7z\xbc\xaf\x27\x1c\0",
};

describe("a file of another kind", () => {
  it.each(Object.entries(others))("is recognized: %s", (_, text) => {
    expect(sniffContent(bytes(text))).toMatchObject({
      description: expect.any(String),
      hint: expect.stringMatching(/\.$/),
    });
  });

  it.each([
    "",
    "a,b\n1,2\n",
    "<DATE>,<TIME>,<CLOSE>\n1,2,3\n",
    "<id>\n7\n",
    "PAR1,PAR2\n1,2\n",
    "ORC\nhuman\n",
    "ARROW1,FEA1\n",
    "BZh1\nx\n",
    "version,oid,size\nhttps://git-lfs.github.com/spec/v1,1,2\n",
    '{"data":"ENC[AES256_GCM,data:p673w==]"}\n',
    '["<html></html>"]',
    "PK,name\n1,2\n",
    "404\nx\n",
  ])("is not mistaken for one: %j", (text) => {
    expect(sniffContent(bytes(text))).toBeUndefined();
  });

  const sources = { "rows.csv": "", "rows.ndjson": "", "rows.json": "" };
  const named = Object.entries(others).map(([name, text]) => ({ name, text: bytes(text) }));

  it.each(Object.keys(sources))(
    "is refused in place of %s, also if its name suggests compression, and inside",
    async (file) => {
      for (const { name, text } of named) {
        for (const [path, content] of [
          [file, text],
          [`${file}.gz`, text],
          [`${file}.zst`, text],
          [`${file}.gz`, gzipSync(text)],
          [`${file}.zst`, zstdCompressSync(text)],
        ] as const) {
          const { problems } = await loadFiles({
            "messages/a.yaml": `queue: orders\nsource: { file: ${path} }\n`,
            [`messages/${path}`]: content,
          });
          expect(
            problems.map(({ code, location }) => [code, location]),
            `${name} as ${path}`,
          ).toEqual([
            [
              expect.stringMatching(/^(FOREIGN_CONTENT|DATA_COMPRESSION)$/),
              { file: `messages/${path}`, line: 1, column: 1 },
            ],
          ]);
          expect(problems[0]?.message, `${name} as ${path}`).toBe(sniffContent(text)?.description);
        }
      }
    },
  );

  it("is refused in place of a manifest and of a schema", async () => {
    for (const { name, text } of named) {
      const manifest = await loadFiles({ "messages/a.yaml": text });
      expect(
        manifest.problems.map(({ code }) => code),
        name,
      ).toEqual(["FOREIGN_CONTENT"]);
      const schema = await loadFiles({
        "messages/a.yaml": "queue: orders\nbody_schema: s.json\nmessages: [{ body: 1 }]\n",
        "messages/s.json": text,
      });
      expect(
        schema.problems.map(({ code }) => code),
        name,
      ).toEqual(["FOREIGN_CONTENT"]);
    }
  });

  it("is reported with how to get the data", async () => {
    const { problems } = await loadFiles({
      "messages/a.yaml": "queue: orders\nsource: { file: rows.csv.zst }\n",
      "messages/rows.csv.zst": pointer,
    });
    expect(problems[0]).toMatchObject({
      message: "this is a Git LFS pointer, not the file itself",
      hint: 'Get the file with "git lfs pull"; in a pipeline have the checkout fetch it ("lfs: true" for actions/checkout).',
    });
    const swapped = await loadFiles({
      "messages/a.yaml": "queue: orders\nsource: { file: rows.csv.zst }\n",
      "messages/rows.csv.zst": gzipSync("a\n1\n"),
    });
    expect(swapped.problems[0]).toMatchObject({
      code: "DATA_COMPRESSION",
      message: "the file is compressed with gzip",
    });
  });
});

describe("a merge conflict", () => {
  const marked = (ours: string, theirs: string, end = "\n") =>
    ["<<<<<<< HEAD", ours, "||||||| 7953ead", ours, "=======", theirs, ">>>>>>> feature/x", ""].join(end);

  it.each([
    ["rows.ndjson", `{"a":1}\n${marked('{"a":2}', '{"a":3}')}`, 2],
    ["rows.ndjson", `{"a":1}\r\n${marked('{"a":2}', '{"a":3}', "\r\n")}`, 2],
    ["rows.csv", `a,b\n1,2\n${marked("3,4", "5,6")}`, 3],
    ["rows.csv", `a\n1\n${marked("3", "5", "\r\n")}`, 3],
    ["rows.csv", marked("a", "b"), 1],
    ["rows.json", `[\n${marked('{"a":1}', '{"a":2}')}]\n`, 2],
    ["rows.json", `[\n{"a":1},\n${marked('{"a":1}', '{"a":2}')}]\n`, 3],
    ["rows.json", `${marked("[1]", "[2]")}`, 1],
    ["rows.json", `[1]\n>>>>>>> feature/x\n`, 2],
  ])("is named once, where it is marked: %s", async (file, text, line) => {
    for (const [path, content] of [
      [file, text],
      [`${file}.gz`, gzipSync(text)],
    ] as const) {
      const { problems } = await loadFiles({
        "messages/a.yaml": `queue: orders\nsource: { file: ${path} }\n`,
        [`messages/${path}`]: content,
      });
      expect(problems.map(({ code, location }) => `${location.file}:${location.line} ${code}`)).toEqual([
        `messages/${path}:${line} MERGE_CONFLICT`,
      ]);
    }
  });

  it("is named in manifests and schemas", async () => {
    const manifest = await loadFiles({
      "messages/a.yaml": `queue: orders\nmessages:\n${marked("  - body: 1", "  - body: 2")}`,
    });
    expect(manifest.problems.map(({ code, location }) => [code, location.line])).toEqual([["MERGE_CONFLICT", 3]]);
    const schema = await loadFiles({
      "messages/a.yaml": "queue: orders\nbody_schema: s.json\nmessages: [{ body: 1 }]\n",
      "messages/s.json": `{\n${marked('"type": "object"', '"type": "array"')}}\n`,
    });
    expect(schema.problems.map(({ code, location }) => [code, location.line])).toEqual([["MERGE_CONFLICT", 2]]);
  });

  it("is not found in texts that mention one", async () => {
    const { problems } = await loadFiles({
      "messages/a.yaml": "queue: orders\nmessages:\n  - body: |\n      <<<<<<< HEAD\n      =======\n",
      "messages/b.yaml": "queue: orders\nsource: { file: b.csv }\n",
      "messages/b.csv": 'text\n"<<<<<<< HEAD\n======="\n=======\n<<<<<<<<< x\n',
      "messages/c.yaml": "queue: orders\nsource: { file: c.ndjson }\n",
      "messages/c.ndjson": '"<<<<<<< HEAD"\n',
    });
    expect(problems).toEqual([]);
  });
});
