/**
 * A node that answers as a test wants, over HTTP; what the test leaves alone goes to a real one.
 *
 * @module
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What is sent back: a status and a body, with headers; or a JSON-RPC result or error. Undefined for the real node's answer. */
export type Reply =
  | { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly result: unknown }
  | { readonly error: unknown }
  | undefined;

export interface FakeNode {
  readonly url: string;
  /** Methods asked for so far. */
  readonly asked: string[];
  answer: (request: Request) => Reply;
  close(): Promise<void>;
}

/** Starts one, in front of a real node if there is one. */
export async function fakeNode(real?: string): Promise<FakeNode> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on(
      "end",
      () =>
        void (async () => {
          const body = Buffer.concat(chunks).toString();
          const asked = JSON.parse(body) as Request;
          node.asked.push(asked.method);
          const reply =
            node.answer(asked) ??
            (real === undefined ? { error: { code: -32601, message: "unknown here" } } : undefined);
          if (reply === undefined) {
            const answer = await fetch(real!, {
              method: "POST",
              body,
              headers: { "content-type": "application/json" },
            });
            return response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
          }
          if ("status" in reply) return response.writeHead(reply.status, reply.headers).end(reply.body);
          return response
            .writeHead(200, { "content-type": "application/json" })
            .end(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...reply }));
        })(),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const node: FakeNode = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: () => undefined,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return node;
}
