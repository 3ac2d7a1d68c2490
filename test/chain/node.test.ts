/** What a node, or what stands before it, does wrong is named: the chain, the method, the node's word, and never the URL. */
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Endpoint } from "../../src/base/endpoint.ts";
import { readRootProof } from "../../src/chain/header.ts";
import { Node } from "../../src/chain/node.ts";
import type { NetworkChain } from "../../src/chain/network.ts";
import { NodeRefusal } from "../../src/chain/rpc.ts";
import { InputError, NodeError, RefusedError } from "../../src/base/errors.ts";
import { fakeNode, type FakeNode, type Reply } from "../support/fakeNode.ts";

const ADDRESS = `0x${"be".repeat(20)}`;
const SLOT = `0x${"00".repeat(32)}`;
const KEY = "EXAMPLE-API-KEY-0123456789";
const chain: NetworkChain = {
  name: "north",
  chainId: 7,
  startBlock: 100,
  finality: 0,
  verifiers: ADDRESS,
  riskTable: ADDRESS,
  roots: {},
};

let fake: FakeNode;
let node: Node;
let pauses: number[];
/** With a key in every place that a URL has for one. */
const url = (): string => `${fake.url.replace("//", "//user:hunter2@")}/v3/${KEY}?token=${KEY}-too`;
const connect = (): Promise<Node> =>
  Node.connect(chain, url(), { pause: async (milliseconds) => void pauses.push(milliseconds) });

beforeAll(async () => {
  fake = await fakeNode();
  fake.answer = () => ({ result: "0x7" });
  node = await connect();
});
beforeEach(() => {
  pauses = [];
  fake.asked.length = 0;
});
afterAll(async () => {
  node.close();
  await fake.close();
});

/** Everything an error would print, its causes and hidden fields too. */
const printed = (error: unknown): string =>
  `${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 20, showHidden: true })}`;
async function failure(ask: () => Promise<unknown>, reply: Reply): Promise<Error> {
  fake.answer = () => reply;
  const error = await ask().then(
    () => new Error("it passed"),
    (thrown: Error) => thrown,
  );
  expect(printed(error)).not.toMatch(new RegExp(`${KEY}|hunter2|${new URL(fake.url).host}`));
  return error;
}
const html = (status: number, body: string): Reply => ({
  status,
  body,
  headers: { "content-type": "text/html; charset=utf-8" },
});

describe("what stands before a node", () => {
  it.each([
    ["502", html(502, "<html>502 Bad Gateway</html>"), "HTTP 502"],
    [
      "HTML in place of an answer",
      html(200, "<html><body>Just a moment...</body></html>"),
      "HTTP 200 with text/html that is no JSON-RPC",
    ],
    [
      "no key",
      {
        status: 401,
        body: '{"jsonrpc":"2.0","error":{"code":-32002,"message":"invalid project id or project secret"}}',
      },
      "HTTP 401 (invalid project id or project secret); the endpoint wants other credentials",
    ],
    [
      "a key that it repeats",
      { status: 403, body: `{"error":"key ${KEY} at http://x.example/v3/${KEY}?a=b is revoked"}` },
      "HTTP 403 (key … at <url> is revoked); the endpoint wants other credentials",
    ],
    ["another place to ask", { status: 302, body: "", headers: { location: "http://127.0.0.1:1/" } }, "HTTP 302"],
    ["nothing", { status: 200, body: "" }, "HTTP 200 with something that is no JSON-RPC"],
    [
      "null",
      { status: 200, body: "null", headers: { "content-type": "application/json" } },
      "HTTP 200 with application/json that is no JSON-RPC",
    ],
    ["the answer of another request", { status: 200, body: '{"id":"x","result":"0x1"}' }, "it answers another request"],
  ] as const)("answers %s", async (_, reply, why) => {
    const error = await failure(connect, reply);
    expect(error).toBeInstanceOf(NodeError);
    expect(error.message).toBe(`north: the node didn't answer eth_chainId: ${why}`);
  });

  it("is asked again when it says, and not for longer than a command may wait", async () => {
    const busy = (after: string): Reply => ({
      status: 429,
      body: '{"error":{"message":"exceeded its compute units"}}',
      headers: { "retry-after": after },
    });
    fake.answer = () => (fake.asked.length < 3 ? busy("4") : { result: "0x7" });
    expect(await node.rpc("eth_chainId")).toBe("0x7");
    expect(pauses).toEqual([4000, 4000]);

    pauses = [];
    expect((await failure(() => node.rpc("eth_chainId"), busy("120"))).message).toBe(
      "north: the node didn't answer eth_chainId: HTTP 429: it is asked too often (exceeded its compute units), and asks to wait 120 s",
    );
    expect(pauses).toEqual([]);
    // One that says "at once" for ever is left alone in the end.
    await failure(() => node.rpc("eth_chainId"), busy("0"));
    expect(pauses).toEqual(Array(40).fill(500));
    pauses = [];
    expect((await failure(() => node.rpc("eth_chainId"), { status: 429, body: "Too Many Requests" })).message).toMatch(
      /HTTP 429: it is asked too often, and doesn't say until when$/,
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000]);
    const date = await failure(() => node.rpc("eth_chainId"), busy(new Date(Date.now() + 3_600_000).toUTCString()));
    expect(date.message).toMatch(/asks to wait 3\d\d\d s$/);
  });

  it("can't be reached, or has an URL that is none, and isn't shown", async () => {
    for (const [bad, message] of [
      [
        `http://user:hunter2@127.0.0.1:1/${KEY}`,
        "north: the node didn't answer eth_chainId: can't be reached (HTTP isn't spoken at such a port)",
      ],
      [
        `http://no-such-host.invalid/${KEY}`,
        /^north: the node didn't answer eth_chainId: can't be reached \(E[A-Z_]+\)$/,
      ],
      [`wss://node.example/ws/v3/${KEY}`, "north: must have an http or https URL"],
      [KEY, "north: must have an http or https URL"],
    ] as const) {
      const error = await Node.connect(chain, bad).catch((thrown: Error) => thrown);
      expect(String((error as Error).message)).toMatch(message);
      expect(printed(error)).not.toMatch(new RegExp(`${KEY}|hunter2|no-such-host`));
    }
    expect(printed(node) + printed(new Endpoint("x", url()))).not.toMatch(new RegExp(`${KEY}|hunter2`));
  });
});

describe("what a node refuses", () => {
  it("is named with the chain, the method and its word", async () => {
    const asked = () => readRootProof(node, ADDRESS, SLOT, { number: 5n, stateRoot: SLOT });
    const error = await failure(asked, {
      error: { code: -32602, message: "distance to target block exceeds maximum proof window" },
    });
    expect(error).toBeInstanceOf(NodeError);
    expect(error.message).toBe(
      "north: the node refuses eth_getProof: distance to target block exceeds maximum proof window (-32602)",
    );
    expect(
      (
        await failure(asked, {
          error: { code: -32601, message: "the method eth_getProof does not exist/is not available" },
        })
      ).message,
    ).toMatch(/refuses eth_getProof: the method eth_getProof does not exist/);
    expect((await failure(asked, { error: {} })).message).toBe(
      "north: the node refuses eth_getProof: it doesn't say why",
    );
    expect((await failure(asked, { error: { message: `see ${fake.url}/${KEY}\u001b[2J` } })).message).toBe(
      "north: the node refuses eth_getProof: see <url>",
    );
    expect(
      (await failure(asked, { status: 500, body: '{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}' })).message,
    ).toBe("north: the node didn't answer eth_getProof: HTTP 500 (x)");
  });

  it.each([
    [{ code: -32005, message: "daily request count exceeded" }],
    [{ code: -32000, message: "header not found" }],
    [{ code: -32000, message: "missing trie node 12ab (path )" }],
  ])("is no contract's refusal: %j", async (error) => {
    const failed = await failure(() => node.read("RiskTable", ADDRESS, "newestRoot"), { error });
    expect(failed).toBeInstanceOf(NodeRefusal);
    expect(failed.message).toBe(`north: the node refuses eth_call: ${error.message} (${error.code})`);
  });

  it.each([
    [{ code: 3, message: "execution reverted" }],
    [{ code: 3, message: "execution reverted", data: "0x" }],
    [{ code: -32000, message: "execution reverted", data: "0x1234" }],
    [{ code: -32015, message: "VM execution error.", data: "Reverted 0x08c379a0" }],
    [{ code: -32015, message: "VM execution error.", data: "0x123" }],
    [{ code: -32000, message: "invalid opcode: INVALID" }],
    [{ code: -32603, message: "x", data: { message: "revert", data: "0x" } }],
    [{ code: -32603, message: "Internal error", data: "Reverted" }],
  ])("is a contract's when it was executed: %j", async (error) => {
    const failed = await failure(() => node.read("RiskTable", ADDRESS, "newestRoot"), { error });
    expect(failed).toBeInstanceOf(RefusedError);
    expect(failed.message).toBe("RiskTable.newestRoot: reverted without a reason");
  });
});

describe("a contract that isn't where the network file says", () => {
  const head = (number: string): Reply => ({ result: { number, hash: SLOT, timestamp: "0x1" } });
  const there =
    (code: string, called: string, at = "0x64") =>
    async (): Promise<Error> => {
      fake.answer = ({ method }) =>
        method === "eth_getCode" ? { result: code } : method === "eth_call" ? { result: called } : head(at);
      return node.read("RiskTable", ADDRESS, "newestRoot").then(
        () => new Error("it passed"),
        (thrown: Error) => thrown,
      );
    };

  it("is a mistake of the file, which asking again doesn't mend", async () => {
    const none = await there("0x", "0x")();
    expect(none).toBeInstanceOf(InputError);
    expect(none.message).toBe(`network: must name the RiskTable of north; no contract is there, got "${ADDRESS}"`);
    expect((await there("0x6001", "0x")()).message).toBe(
      `network: must name the RiskTable of north; what doesn't answer RiskTable.newestRoot is there, got "${ADDRESS}"`,
    );
    expect(await there("0x6001", "0x1234")()).toBeInstanceOf(InputError);
  });

  it("is a node's that hasn't come so far", async () => {
    const early = await there("0x", "0x", "0x63")();
    expect(early).toBeInstanceOf(NodeError);
    expect(early.message).toBe("north: the node is at block 99, and the network's contracts came at 100");
  });
});

it.each([
  ["eth_getBlockByNumber", () => node.block()],
  ["eth_chainId", () => node.quantity("eth_chainId")],
  ["eth_getTransactionReceipt", () => node.receipt(SLOT)],
])("nonsense for %s is a node's", async (method, ask) => {
  for (const result of [{}, "x", 5, [], true]) {
    const error = await failure(ask, { result });
    expect(error).toBeInstanceOf(NodeError);
    expect(error.message).toContain(`answer${error.message.includes("didn't") ? "" : "s"} ${method} with`);
  }
});
