import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** A 0-based position, as the protocol defines it. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Diagnostic {
  readonly range: { readonly start: Position; readonly end: Position };
  readonly message: string;
}

interface Packet {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** The settings that the server requests; the schema catalogue on the web is disabled. */
const settings: Readonly<Record<string, unknown>> = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false } },
  http: {},
  "[yaml]": {},
};

/** A client for the YAML language server that editors use, in a process of its own, over stdio. */
export class LanguageServer implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  /** Pending promises: for responses by request id, for diagnostics by the document's URI. */
  readonly #waiting = new Map<number | string, { done: (result: never) => void; failed: (error: Error) => void }>();
  #received = Buffer.alloc(0);
  #next = 1;

  private constructor() {
    const program = fileURLToPath(
      new URL("../../../node_modules/yaml-language-server/bin/yaml-language-server", import.meta.url),
    );
    this.#process = spawn(process.execPath, [program, "--stdio"]);
    this.#process.stdout.on("data", (bytes: Buffer) => this.#read(bytes));
    this.#process.once("exit", (code) => {
      for (const { failed } of this.#waiting.values()) failed(new Error(`the server ended with ${code}`));
    });
  }

  static async start(root: string): Promise<LanguageServer> {
    const server = new LanguageServer();
    const capabilities = {
      workspace: { configuration: true },
      textDocument: { hover: { contentFormat: ["markdown"] }, completion: {} },
    };
    await server.request("initialize", { processId: process.pid, rootUri: root, capabilities, workspaceFolders: null });
    server.notify("initialized", {});
    return server;
  }

  /** Opens a text under a URI, whatever the file contains. @returns the server's diagnostics */
  open(uri: string, text: string): Promise<readonly Diagnostic[]> {
    return new Promise((done, failed) => {
      this.#waiting.set(uri, { done, failed });
      this.notify("textDocument/didOpen", { textDocument: { uri, languageId: "yaml", version: 1, text } });
    });
  }

  async hover(uri: string, position: Position): Promise<string> {
    const found = await this.request("textDocument/hover", { textDocument: { uri }, position });
    return (found as { contents: { value: string } } | null)?.contents.value ?? "";
  }

  /** Returns the labels of the completions at a position. */
  async complete(uri: string, position: Position): Promise<readonly string[]> {
    const found = await this.request("textDocument/completion", { textDocument: { uri }, position });
    return (found as { items: readonly { label: string }[] }).items.map(({ label }) => label);
  }

  request(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#send({ id, method, params });
    });
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill();
    await ended;
  }

  #send(packet: Packet): void {
    const text = JSON.stringify({ jsonrpc: "2.0", ...packet });
    this.#process.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, end))?.[1]);
      if (this.#received.length < end + 4 + length) return;
      const packet: Packet = JSON.parse(this.#received.toString("utf8", end + 4, end + 4 + length));
      this.#received = this.#received.subarray(end + 4 + length);
      this.#handle(packet);
    }
  }

  #handle({ id, method, params, result, error }: Packet): void {
    if (method === undefined) {
      const waiting = this.#waiting.get(Number(id));
      if (error) waiting?.failed(new Error(error.message));
      else waiting?.done(result as never);
    } else if (method === "textDocument/publishDiagnostics") {
      const { uri, diagnostics } = params as { uri: string; diagnostics: readonly Diagnostic[] };
      this.#waiting.get(uri)?.done(diagnostics as never);
    } else if (id !== undefined) {
      // This server requests only its settings and notifications of changes.
      const { items = [] } = params as { items?: readonly { section: string }[] };
      const answer =
        method === "workspace/configuration" ? items.map(({ section }) => settings[section] ?? null) : null;
      this.#send({ id, result: answer });
    }
  }
}
