import type { Socket } from "node:net";
import { buildConnector, type Dispatcher, Pool } from "undici";

/** What an interim answer begins with. */
const interimStatus = "HTTP/1.1 100";
/** Bytes of one that are waited for; what is longer is none. */
const maxHeadBytes = 16_384;

/** Connections to one origin, whose interim answers "100 Continue" are left out, as `skipInterimResponses` has it. */
export function createPool(origin: string | URL, options: object): Dispatcher {
  const given: Pool.Options = options;
  const connect = typeof given.connect === "function" ? given.connect : buildConnector({ ...given.connect });
  return new Pool(origin, {
    ...given,
    connect: (target, done) =>
      connect(target, (...[error, socket]: Parameters<buildConnector.Callback>) => {
        if (error !== null) return done(error, null);
        skipInterimResponses(socket);
        done(null, socket);
      }),
  });
}

/**
 * Has a connection give its answers without "100 Continue". A gateway may send one that nobody has asked for, and HTTP says
 * that it is passed over; undici ends the connection instead, and the answer that follows would be lost.
 */
function skipInterimResponses(socket: Socket): void {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  // Between a request and the answer's first line; later the same bytes may be part of a body.
  let awaitsAnswer = true;
  let held: Buffer = Buffer.alloc(0);
  socket.write = (...args: unknown[]) => {
    if (typeof args[0] === "string" && args[0].includes(" HTTP/1.1\r\n")) awaitsAnswer = true;
    return write(...args);
  };
  socket.read = () => {
    for (let chunk: Buffer | null = read(); chunk !== null; chunk = read()) {
      if (!awaitsAnswer) return chunk;
      const { rest, undecided } = stripInterim(Buffer.concat([held, chunk]));
      held = undecided ? rest : Buffer.alloc(0);
      if (undecided) continue;
      awaitsAnswer = false;
      return rest;
    }
    return null;
  };
}

/** @returns undecided: `rest` may be the beginning of an interim answer, or of the one that follows */
function stripInterim(bytes: Buffer): { rest: Buffer; undecided: boolean } {
  let rest = bytes;
  for (;;) {
    const start = rest.toString("latin1", 0, interimStatus.length);
    if (start.length < interimStatus.length) return { rest, undecided: interimStatus.startsWith(start) };
    if (start !== interimStatus) return { rest, undecided: false };
    const end = rest.indexOf("\r\n\r\n");
    if (end === -1) return { rest, undecided: rest.length < maxHeadBytes };
    rest = rest.subarray(end + 4);
  }
}
