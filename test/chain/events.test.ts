/** Events are the chain's, after reorgs of any depth, through nodes that refuse or fail, from files that are damaged. */
import { ContractFactory, Wallet, ZeroAddress, type Contract } from "ethers";
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ANVIL_KEYS, startAnvil, type Anvil } from "../../scripts/anvil.ts";
import { foundry } from "../../scripts/foundry.ts";
import { compileContracts } from "../../scripts/solidity.ts";
import { WrongEvents } from "../../src/chain/chainEvent.ts";
import { EventLog, type EventSource } from "../../src/chain/events.ts";
import type { NetworkChain } from "../../src/chain/network.ts";
import { Node } from "../../src/chain/node.ts";
import { NodeError } from "../../src/base/errors.ts";
import { FileStore } from "../../src/store/fileStore.ts";

const CHAIN_ID = 31_337;
const chain = (startBlock = 0): NetworkChain => ({
  name: "home",
  chainId: CHAIN_ID,
  startBlock,
  finality: 0,
  verifiers: ZeroAddress,
  riskTable: ZeroAddress,
  roots: {},
});

describe.skipIf(foundry("anvil") === undefined)("an event log", () => {
  let anvil: Anvil;
  let node: Node;
  let tokens: Contract[];
  let sources: EventSource[];
  let folder: string;
  let store: FileStore;

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: CHAIN_ID });
    node = await Node.connect(chain(), anvil.url);
    const { Token } = await compileContracts();
    tokens = [];
    for (const decimals of [6, 8, 18]) {
      const token = await new ContractFactory(
        Token!.abi,
        `0x${Token!.bytecode}`,
        new Wallet(ANVIL_KEYS[0], node.provider),
      ).deploy(decimals);
      await node.rpc("evm_mine");
      tokens.push(token as Contract);
    }
    // The third is nobody's business.
    sources = await Promise.all(
      tokens.slice(0, 2).map(async (token) => ({ name: "IERC20Metadata", address: await token.getAddress() })),
    );
  });
  afterAll(async () => {
    node.close();
    await anvil.stop();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-events-"));
    store = new FileStore(folder);
    return () => rm(folder, { recursive: true });
  });

  const mine = (blocks: number): Promise<unknown> => node.rpc("anvil_mine", [`0x${blocks.toString(16)}`]);
  const transfer = async (token: number, value: bigint): Promise<void> => {
    await (await tokens[token]!.getFunction("mint")(Wallet.createRandom().address, value)).wait();
  };
  /** What a log should hold, asked for in one go. */
  async function truth(): Promise<string[]> {
    const logs = await node.rpc<{ blockNumber: string; logIndex: string; data: string; transactionHash: string }[]>(
      "eth_getLogs",
      [{ address: sources.map(({ address }) => address), fromBlock: "0x0" }],
    );
    return logs.map(
      ({ blockNumber, logIndex, data, transactionHash }) =>
        `${Number(blockNumber)} ${Number(logIndex)} ${BigInt(data)} ${transactionHash}`,
    );
  }
  const held = (log: EventLog): string[] =>
    log.events.map(
      ({ block, index, args, transaction }) => `${block} ${index} ${args["value"] as bigint} ${transaction}`,
    );
  async function file(): Promise<string> {
    const names = await readdir(join(folder, "cache"));
    expect(names).toHaveLength(1);
    return join(folder, "cache", names[0]!);
  }
  /** A node that counts what it is asked, and answers some of it otherwise. */
  function watched(
    change: (method: string, params: readonly unknown[], answer: () => Promise<unknown>) => Promise<unknown> = (
      _method,
      _params,
      answer,
    ) => answer(),
  ) {
    const asked: [method: string, params: readonly unknown[]][] = [];
    const rpc = (method: string, params: readonly unknown[] = []): Promise<unknown> => {
      asked.push([method, params]);
      return change(method, params, () => node.rpc(method, params));
    };
    return {
      node: Object.create(node, { rpc: { value: rpc } }) as Node,
      asked,
      ranges: () =>
        asked
          .filter(([method]) => method === "eth_getLogs")
          .map(([, [filter]]) => filter as { fromBlock: string; toBlock: string }),
    };
  }

  it("has what the chain has, in its order, and nothing of others", async () => {
    for (let i = 0; i < 4; i++) for (const token of [2, 1, 0]) await transfer(token, BigInt(100 * i + token));
    const log = await EventLog.open(node, sources);
    const head = await log.sync();
    expect(head).toEqual(await node.block());
    expect(held(log)).toEqual(await truth());
    expect(log.events).toHaveLength(8);
    const event = log.events[0]!;
    expect([event.event, event.source, event.indexed(0), event.word(0), event.args["from"]]).toEqual([
      "Transfer",
      sources[1],
      0n,
      1n,
      ZeroAddress,
    ]);
    expect(() => event.word(1)).toThrow(WrongEvents);
    expect(() => event.indexed(2)).toThrow("with too little in it");
  });

  it("asks for what is new alone, and for nothing when nothing is", async () => {
    const { node: counted, ranges, asked } = watched();
    const log = await EventLog.open(counted, sources, store);
    await log.sync();
    await transfer(0, 1n);
    const before = ranges().length;
    const { number } = await log.sync();
    expect(ranges().slice(before)).toMatchObject([
      { fromBlock: `0x${number.toString(16)}`, toBlock: `0x${number.toString(16)}` },
    ]);
    asked.length = 0;
    await log.sync();
    expect(asked.map(([method]) => method)).toEqual(["eth_getBlockByNumber"]);

    const again = watched();
    const resumed = await EventLog.open(again.node, sources, store);
    expect(resumed.events).toHaveLength(log.events.length);
    await resumed.sync();
    expect(again.ranges()).toEqual([]);
    expect(held(resumed)).toEqual(await truth());
    expect((await stat(await file())).mode & 0o777).toBe(0o600);
  });

  it.each([1, 10, 32, 100])("follows a reorg of %i blocks, in memory and from a file", async (depth) => {
    for (let i = 0; i < 3; i++) await transfer(i % 2, BigInt(i));
    await mine(depth);
    for (let i = 0; i < 2; i++) await transfer(0, 77n);
    const log = await EventLog.open(node, sources, store);
    await log.sync();
    const whole = held(log);
    await mine(2);
    await log.sync();
    await node.rpc("anvil_reorg", [depth + 4, []]);
    await transfer(1, 999n);
    const expected = await truth();
    expect(expected).not.toEqual(whole);

    const fromFile = await EventLog.open(node, sources, store);
    expect(held(fromFile)).toEqual(whole);
    const rollbacks = log.rollbacks;
    for (const followed of [log, fromFile]) {
      await followed.sync();
      expect(held(followed)).toEqual(expected);
    }
    expect(log.rollbacks).toBe(rollbacks + 1);
    expect(held(await EventLog.open(node, sources, store))).toEqual(expected);
  });

  it("asks for the last blocks alone after a short reorg of a long chain", async () => {
    await mine(500);
    await transfer(0, 5n);
    const { node: counted, ranges } = watched();
    const log = await EventLog.open(counted, sources);
    await log.sync();
    await node.rpc("anvil_reorg", [8, []]);
    const before = ranges().length;
    const { number } = await log.sync();
    expect(
      ranges()
        .slice(before)
        .every(({ fromBlock }) => Number(fromBlock) > number - 70),
    ).toBe(true);
    expect(held(log)).toEqual(await truth());
  });

  it("is of one chain even when that is reorganised while it is read", async () => {
    await transfer(0, 1n);
    let left = 2;
    const { node: moving } = watched(async (method, _params, answer) => {
      if (method !== "eth_getLogs" || left-- <= 0) return answer();
      const logs = await answer();
      await node.rpc("anvil_reorg", [3, []]);
      await transfer(1, BigInt(left));
      return logs;
    });
    const log = await EventLog.open(moving, sources);
    await log.sync();
    expect(left).toBeLessThan(0);
    expect(held(log)).toEqual(await truth());

    const { node: restless } = watched(async (method, _params, answer) => {
      if (method !== "eth_getLogs") return answer();
      await node.rpc("anvil_reorg", [2, []]);
      await transfer(0, BigInt(--left * -1));
      return answer();
    });
    await expect((await EventLog.open(restless, sources)).sync()).rejects.toThrow(
      "home: the chain was reorganised 8 times while it was read",
    );
  });

  it("asks for less where a node refuses so many blocks, and gives up where it answers nothing", async () => {
    await mine(300);
    const most = 40;
    const { node: strict, ranges } = watched((method, [filter], answer) => {
      const { fromBlock, toBlock } = (filter ?? {}) as { fromBlock: string; toBlock: string };
      if (method === "eth_getLogs" && Number(toBlock) - Number(fromBlock) >= most)
        return Promise.reject(new NodeError("home", "the node didn't answer eth_getLogs"));
      return answer();
    });
    const seen: number[] = [];
    const log = await EventLog.open(strict, sources, undefined, (block) => seen.push(block));
    const { number } = await log.sync();
    expect(held(log)).toEqual(await truth());
    expect(seen.at(-1)).toBe(number);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(ranges().length).toBeLessThan((3 * number) / most);

    let asked = 0;
    const { node: dead } = watched((method, _params, answer) => {
      if (method !== "eth_getLogs" && asked === 0) return answer();
      asked++;
      return Promise.reject(new NodeError("home", "the node didn't answer"));
    });
    await expect((await EventLog.open(dead, sources)).sync()).rejects.toThrow("home: the node didn't answer");
    expect(asked).toBeLessThan(4);
  });

  it.each<[string, (text: string) => string]>([
    ["cut short", (text) => text.slice(0, text.length - 40)],
    ["empty", () => ""],
    ["of another version", (text) => text.replace('"version":1', '"version":2')],
    [
      "with one digit changed",
      (text) =>
        text.replace(/000(\d)"\]/, (all, digit: string) => all.replace(`${digit}"`, `${(Number(digit) + 1) % 10}"`)),
    ],
    ["with an event gone", (text) => text.replace(/"logs":\[\[[^\]]*\][^\]]*\],/, '"logs":[')],
  ])("reads the chain again when its file is %s", async (_, damage) => {
    await (await EventLog.open(node, sources, store)).sync();
    const path = await file();
    const text = await readFile(path, "latin1");
    expect(damage(text)).not.toBe(text);
    await writeFile(path, damage(text), "latin1");
    const log = await EventLog.open(node, sources, store);
    expect(log.events).toEqual([]);
    await log.sync();
    expect(held(log)).toEqual(await truth());
    expect(await readFile(path, "latin1")).toBe(text);
  });

  it("has a file for each list of contracts, and drops one that is of another chain of the same number", async () => {
    await (await EventLog.open(node, sources, store)).sync();
    await (await EventLog.open(node, sources.slice(1), store)).sync();
    expect(await readdir(join(folder, "cache"))).toHaveLength(2);

    const other = await startAnvil({ chainId: CHAIN_ID });
    try {
      const elsewhere = await Node.connect(chain(), other.url);
      const log = await EventLog.open(elsewhere, sources, store);
      expect(log.events.length).toBeGreaterThan(0);
      await log.sync();
      expect(log.events).toEqual([]);
      elsewhere.close();
    } finally {
      await other.stop();
    }
  });

  it("forgets all of it when it is told to", async () => {
    const log = await EventLog.open(node, sources, store);
    await log.sync();
    await log.forget();
    expect([log.events, await readdir(join(folder, "cache"))]).toEqual([[], []]);
    await log.sync();
    expect(held(log)).toEqual(await truth());
  });
});
