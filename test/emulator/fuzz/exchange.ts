import { connect } from "node:net";

/** An answer as it came over the wire. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What one connection carries. */
export interface Exchange {
  /** Written one after the other. */
  readonly pieces: readonly Buffer[];
  /** After the last piece: wait for the other side to end, end this side, or reset it all. */
  readonly end: "wait" | "finish" | "reset";
  /** The methods of its requests, in order: an answer to HEAD has no body. */
  readonly methods: readonly string[];
}

/** Milliseconds after which an exchange is taken for one that hangs. */
const hangs = 20_000;

/** @returns the answers that came, in order, without interim ones. @throws Error when it hangs */
export function exchange(port: number, { pieces, end, methods }: Exchange): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true).setTimeout(hangs, () => socket.destroy(new Error("it hangs")));
    let hung: Error | undefined;
    socket.on("error", (error) => {
      // To be cut off is an answer of its own.
      if (error.message === "it hangs") hung = error;
    });
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("close", () => (hung === undefined ? resolve(parse(Buffer.concat(chunks), methods)) : reject(hung)));
    for (const piece of pieces) socket.write(piece);
    if (end === "finish") socket.end();
    if (end === "reset") socket.once("connect", () => socket.write("", () => socket.resetAndDestroy()));
  });
}

function parse(bytes: Buffer, methods: readonly string[]): Answer[] {
  const answers: Answer[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) break;
    const head = rest.toString("latin1", 0, end);
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
    rest = rest.subarray(end + 4);
    if (status === 100) continue;
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    const bodyBytes = methods[answers.length] === "HEAD" ? 0 : Number(length ?? rest.length);
    // Half of an answer is none.
    if (rest.length < bodyBytes) break;
    answers.push({ status, body: rest.toString("utf8", 0, bodyBytes) });
    rest = rest.subarray(bodyBytes);
  }
  return answers;
}
