#!/usr/bin/env node
// Used instead of workerd: reports a port on the file descriptor 3, and runs until it is killed.
import { writeSync } from "node:fs";
import { createServer } from "node:net";

const server = createServer(() => {});
console.log(process.pid);
server.listen(0, "127.0.0.1", () => {
  writeSync(3, `${JSON.stringify({ event: "listen", socket: "main", port: server.address().port })}\n`);
});
