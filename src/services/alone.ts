/**
 * One daemon of a kind per home. Two would each believe that only they sign, and send with the same nonces. A socket
 * says so rather than a file: it ends with its process, however that ends, and knows no process numbers.
 *
 * @module
 */
import { mkdir, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { InputError } from "../base/errors.ts";

/** What systems take for the path of a socket. */
const PATH_LENGTH = 100;

/** Runs `work` as the only daemon `name` of a home. Throws an InputError when there is one already. */
export async function alone<T>(home: string, name: string, work: () => Promise<T>): Promise<T> {
  await mkdir(home, { recursive: true });
  const path = join(home, `${name}.sock`);
  if (Buffer.byteLength(path) > PATH_LENGTH) throw new InputError("home", `must leave ${name}.sock a path of at most ${PATH_LENGTH} bytes`, home);
  const server = (await listen(path)) ?? (await takeOver(path, home, name));
  try {
    return await work();
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Whoever left the socket behind is gone unless somebody answers. */
async function takeOver(path: string, home: string, name: string): Promise<Server> {
  if (!(await isAnswered(path))) await rm(path, { force: true });
  const server = await listen(path);
  if (server === undefined) throw new InputError("home", `has a running plimsoll ${name} already`, home);
  return server;
}

function listen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.end());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => (error.code === "EADDRINUSE" ? resolve(undefined) : reject(error)));
    server.listen(path, () => resolve(server));
  });
}

const isAnswered = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
