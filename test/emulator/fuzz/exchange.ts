import { connect } from "node:net";

/** A response as received on the wire. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** The data sent on one connection. */
export interface Exchange {
  /** Pieces to write, one after the other. */
  readonly pieces: readonly Buffer[];
  /** After the last piece: wait until the server closes, close this side, or reset the connection. */
  readonly end: "wait" | "finish" | "reset";
  /** The methods of its requests, in order: a response to HEAD has no body. */
  readonly methods: readonly string[];
}

/** Milliseconds after which an exchange counts as hanging. */
const hangs = 20_000;

/** Sends the pieces. @returns the responses in order, without interim ones. @throws Error if the exchange hangs */
export function exchange(port: number, { pieces, end, methods }: Exchange): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1");
    socket.setNoDelay(true).setTimeout(hangs, () => socket.destroy(new Error("it hangs")));
    let hung: Error | undefined;
    socket.on("error", (error) => {
      // A reset connection is an expected result.
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
    // An incomplete response does not count.
    if (rest.length < bodyBytes) break;
    answers.push({ status, body: rest.toString("utf8", 0, bodyBytes) });
    rest = rest.subarray(bodyBytes);
  }
  return answers;
}
