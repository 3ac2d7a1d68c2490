/** Every transaction happens once: after a crash before or after it was sent, after a reorg, when it is refused. */
import { ContractFactory, JsonRpcProvider, Transaction, Wallet } from "ethers";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startAnvil, ANVIL_KEYS, type Anvil } from "../../scripts/anvil.ts";
import { foundry } from "../../scripts/foundry.ts";
import { compileContracts } from "../../scripts/solidity.ts";
import { Node } from "../../src/chain/node.ts";
import type { NetworkChain } from "../../src/chain/network.ts";
import { Sender, type Call } from "../../src/chain/sender.ts";
import { UnsentError } from "../../src/chain/unsent.ts";
import { InputError, NodeError, RefusedError } from "../../src/base/errors.ts";
import { fakeNode, type FakeNode } from "../support/fakeNode.ts";
import { FileStore } from "../../src/store/fileStore.ts";

/** One that nobody listens at. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};
const ZERO = `0x${"00".repeat(20)}`;
const signer = new Wallet(ANVIL_KEYS[1]);
const other = new Wallet(ANVIL_KEYS[2]);

describe.skipIf(foundry("anvil") === undefined)("a sender", () => {
  let anvil: Anvil;
  let node: Node;
  let token: string;
  let folder: string;
  const chain = (finality: number, chainId = 31_337): NetworkChain => ({
    name: "home",
    chainId,
    startBlock: 0,
    finality,
    verifiers: ZERO,
    riskTable: ZERO,
    roots: {},
  });

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 31_337 });
    node = await Node.connect(chain(5), anvil.url);
    const { Token } = await compileContracts();
    const provider = new JsonRpcProvider(anvil.url, 31_337, { staticNetwork: true, pollingInterval: 20 });
    const deployed = await new ContractFactory(
      Token!.abi,
      `0x${Token!.bytecode}`,
      new Wallet(ANVIL_KEYS[0], provider),
    ).deploy(6);
    await deployed.waitForDeployment();
    token = await deployed.getAddress();
    provider.destroy();
  });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-sender-"));
    return () => rm(folder, { recursive: true });
  });
  afterAll(async () => {
    node.close();
    await anvil.stop();
  });

  const approve = (amount: bigint): Call => ({
    name: "IERC20Metadata",
    address: token,
    method: "approve",
    args: [other.address, amount],
  });
  const allowance = (): Promise<bigint> =>
    node.read("IERC20Metadata", token, "allowance", signer.address, other.address);
  const nonce = (): Promise<number> => node.provider.getTransactionCount(signer.address);
  const journal = async (): Promise<{ path: string; transactions: { hash: string; raw: string; what: string }[] }> => {
    const path = join(folder, `sent-31337-${signer.address.toLowerCase()}.json`);
    return {
      path,
      transactions: (
        JSON.parse(await readFile(path, "utf8")) as { transactions: { hash: string; raw: string; what: string }[] }
      ).transactions,
    };
  };
  const mine = async (blocks: number): Promise<void> => {
    for (let i = 0; i < blocks; i++) await node.rpc("evm_mine");
  };

  it("sends, and forgets what is final", async () => {
    const sender = await Sender.open(node, signer, { store: new FileStore(folder) });
    const receipt = await sender.send(approve(1n));
    expect(receipt.status).toBe(1);
    const { path, transactions } = await journal();
    expect(transactions.map(({ hash, what }) => [hash, what])).toEqual([[receipt.hash, "IERC20Metadata.approve"]]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await mine(5);
    await sender.settle();
    expect((await journal()).transactions).toEqual([]);
  });

  it("sends one at a time, in the order asked for", async () => {
    const sender = await Sender.open(node, signer, { store: new FileStore(folder) });
    const receipts = await Promise.all([10n, 11n, 12n].map((amount) => sender.send(approve(amount))));
    expect(receipts.map(({ blockNumber }) => blockNumber)).toEqual(
      receipts.map(({ blockNumber }) => blockNumber).toSorted((a, b) => a - b),
    );
    expect(await allowance()).toBe(12n);
  });

  it("sends nothing that would be refused, and says by what", async () => {
    const sender = await Sender.open(node, signer, { store: new FileStore(folder) });
    const before = await nonce();
    await expect(sender.send({ ...approve(1n), args: [ZERO, 1n] })).rejects.toThrow(RefusedError);
    await expect(
      sender.check({ name: "IERC20Metadata", address: token, method: "transfer", args: [other.address, 5n] }),
    ).rejects.toThrow(/IERC20Metadata.transfer: /);
    expect(await nonce()).toBe(before);
  });

  it("sends again what was signed and written down when a crash came before it was sent, and nothing twice", async () => {
    await node.rpc("evm_setAutomine", [false]);
    try {
      const sender = await Sender.open(node, signer, { store: new FileStore(folder), patience: 0 });
      const before = await nonce();
      await expect(sender.send(approve(20n))).rejects.toThrow(/was sent and not mined within 0 s; it may yet be/);
      const [{ hash }] = (await journal()).transactions as unknown as [{ hash: string }];
      // The node forgets it, as it would have never heard of it.
      await node.rpc("anvil_dropTransaction", [hash]);
      await mine(1);
      expect(await nonce()).toBe(before);

      await Sender.open(node, signer, { store: new FileStore(folder) });
      await Sender.open(node, signer, { store: new FileStore(folder) });
      await mine(1);
      expect(await nonce()).toBe(before + 1);
      expect(await allowance()).toBe(20n);
      expect(await node.provider.getTransactionReceipt(hash)).toMatchObject({ status: 1 });
      const again = await Sender.open(node, signer, { store: new FileStore(folder) });
      await mine(1);
      expect([await nonce(), again.address]).toEqual([before + 1, signer.address]);
    } finally {
      await node.rpc("evm_setAutomine", [true]);
    }
  });

  it("repeats what a reorg left out", async () => {
    const sender = await Sender.open(node, signer, { store: new FileStore(folder) });
    const { hash, blockNumber } = await sender.send(approve(30n));
    await mine(2);
    await node.rpc("anvil_reorg", [3, []]);
    expect(await node.provider.getTransactionReceipt(hash)).toBeNull();
    expect(await allowance()).not.toBe(30n);
    await sender.settle();
    const repeated = await node.provider.getTransactionReceipt(hash);
    expect(repeated?.blockNumber).toBeGreaterThan(blockNumber);
    expect(await allowance()).toBe(30n);
  });

  it("drops what another transaction of its nonce has replaced, once that is final", async () => {
    await node.rpc("evm_setAutomine", [false]);
    try {
      const sender = await Sender.open(node, signer, { store: new FileStore(folder), patience: 0 });
      await expect(sender.send(approve(40n))).rejects.toThrow(NodeError);
      const [{ hash }] = (await journal()).transactions as unknown as [{ hash: string }];
      await node.rpc("anvil_dropTransaction", [hash]);
      const replacing = new Wallet(signer.privateKey, node.provider);
      await replacing.sendTransaction({ to: other.address, value: 1n, nonce: await nonce() });
      await mine(1);
      await sender.settle();
      expect((await journal()).transactions).toHaveLength(1);
      await mine(5);
      await sender.settle();
      expect((await journal()).transactions).toEqual([]);
    } finally {
      await node.rpc("evm_setAutomine", [true]);
    }
  });

  it("says when gas can't be paid, and keeps nothing of it", async () => {
    const poor = Wallet.createRandom();
    const sender = await Sender.open(node, new Wallet(poor.privateKey), { store: new FileStore(folder) });
    await expect(sender.send(approve(1n))).rejects.toThrow(/can't pay the gas of IERC20Metadata.approve/);
    expect(await readFile(join(folder, `sent-31337-${poor.address.toLowerCase()}.json`), "utf8")).toContain(
      '"transactions": []',
    );
  });

  describe("whose fees are outrun", () => {
    const GWEI = 1_000_000_000n;
    let baseFee: bigint;
    /** A block at the base fee that the test has set; in place of waiting. */
    const mineAt = async (): Promise<void> => {
      await node.rpc("anvil_setNextBlockBaseFeePerGas", [`0x${baseFee.toString(16)}`]);
      await node.rpc("evm_mine");
    };
    const offered = async (): Promise<{ nonce: number; fee: bigint; tip: bigint }[]> =>
      (await journal()).transactions
        .map(({ raw }) => Transaction.from(raw))
        .map(({ nonce, maxFeePerGas, maxPriorityFeePerGas }) => ({
          nonce,
          fee: maxFeePerGas!,
          tip: maxPriorityFeePerGas!,
        }));

    beforeEach(async () => {
      baseFee = GWEI;
      await mineAt();
      await node.rpc("evm_setAutomine", [false]);
      return async () => {
        baseFee = GWEI;
        await node.rpc("anvil_dropAllTransactions");
        await mineAt();
        await node.rpc("evm_setAutomine", [true]);
      };
    });

    it("replaces what it waits for under the same nonce, at a price that mines", async () => {
      const sender = await Sender.open(node, signer, { store: new FileStore(folder), pause: mineAt });
      const first = await nonce();
      // Signed at twice the base fee and a tip; then the base fee rises twentyfold.
      const sending = sender.send(approve(50n));
      baseFee = 40n * GWEI;
      const receipt = await sending;
      expect([receipt.status, await nonce(), await allowance()]).toEqual([1, first + 1, 50n]);
      const [cheap, dear, ...more] = await offered();
      expect([cheap!.nonce, dear!.nonce, more]).toEqual([first, first, []]);
      for (const field of ["fee", "tip"] as const)
        expect(dear![field] * 10n).toBeGreaterThanOrEqual(cheap![field] * 11n);
      expect(cheap!.fee).toBeLessThan(baseFee);
      expect(dear!.fee).toBeGreaterThan(baseFee);
      // Once that is final nothing is left of either.
      await mine(5);
      await sender.settle();
      expect(await offered()).toEqual([]);
    });

    it("and so does one that is started anew, before it sends what comes after", async () => {
      const first = await nonce();
      await expect(
        (await Sender.open(node, signer, { store: new FileStore(folder), patience: 0 })).send(approve(51n)),
      ).rejects.toThrow(/not mined within 0 s/);
      baseFee = 40n * GWEI;
      for (let i = 0; i < 3; i++) await mineAt();
      expect(await nonce()).toBe(first);
      const again = await Sender.open(node, signer, { store: new FileStore(folder), pause: mineAt });
      expect((await again.send(approve(52n))).status).toBe(1);
      expect([await nonce(), await allowance()]).toEqual([first + 2, 52n]);
    });

    it("up to its ceiling, and says so beyond it", async () => {
      const sender = await Sender.open(node, signer, {
        store: new FileStore(folder),
        pause: mineAt,
        ceiling: 30n * GWEI,
      });
      const sending = sender.send(approve(53n));
      baseFee = 40n * GWEI;
      await expect(sending).rejects.toThrow(
        /^home: IERC20Metadata\.approve of nonce \d+, signed at [\d.]+ gwei would need 4[\d.]+ gwei a gas, above the ceiling of 30 gwei; try again when fees have fallen$/,
      );
      expect(await offered()).toHaveLength(1);
      await expect(sender.send(approve(54n))).rejects.toThrow(/above the ceiling of 30 gwei/);
      // They fall.
      baseFee = GWEI;
      await mineAt();
      await mine(5);
      await sender.drained();
      expect(await allowance()).toBe(53n);
      baseFee = 40n * GWEI;
      await mineAt();
      await expect(sender.send(approve(54n))).rejects.toThrow(
        /^home: a transaction would need 4[\d.]+ gwei a gas, above the ceiling of 30 gwei/,
      );
    });

    it("by a larger step where a node wants one", async () => {
      const between = await fakeNode(anvil.url);
      const careful = await Node.connect(chain(5), between.url);
      const seen: bigint[] = [];
      between.answer = ({ method, params }) => {
        if (method !== "eth_sendRawTransaction") return undefined;
        const fee = Transaction.from(params[0] as string).maxFeePerGas!;
        const known = seen[0];
        seen.push(fee);
        return known !== undefined && fee > known && fee < 3n * 40n * GWEI
          ? { error: { code: -32000, message: "replacement transaction underpriced" } }
          : undefined;
      };
      const sender = await Sender.open(careful, signer, { store: new FileStore(folder), pause: mineAt });
      const sending = sender.send(approve(55n));
      baseFee = 40n * GWEI;
      expect((await sending).status).toBe(1);
      expect(seen.length).toBeGreaterThan(3);
      // What was refused is not in the journal.
      expect(await offered()).toHaveLength(2);
      careful.close();
      await between.close();
    });
  });

  describe("whose node refuses it", () => {
    let between: FakeNode;
    let refusing: Node;
    beforeAll(async () => {
      between = await fakeNode(anvil.url);
      refusing = await Node.connect(chain(5), between.url);
    });
    afterAll(async () => {
      refusing.close();
      await between.close();
    });

    it.each([
      [
        "fee",
        "max fee per gas less than block base fee: address 0x7099, maxFeePerGas: 2000000000, baseFee: 90000000000",
        "its fee for IERC20Metadata.approve is below what the node takes",
      ],
      [
        "fee",
        "transaction underpriced: gas tip cap 0, minimum needed 1000000",
        "its fee for IERC20Metadata.approve is below what the node takes",
      ],
      ["fee", "transaction gas price below minimum: gas tip cap 1, minimum needed 25000000000", "its fee"],
      ["fee", "FeeTooLow, MaxFeePerGas too low", "its fee"],
      ["nonce", "nonce too low: next nonce 9, tx nonce 5", "something else sends with this key"],
      ["nonce", "OldNonce, Current nonce: 9, nonce of rejected tx: 5", "something else sends with this key"],
      ["replacement", "replacement transaction underpriced", "another transaction of"],
      ["funds", "insufficient funds for gas * price + value: balance 0", "can't pay the gas of IERC20Metadata.approve"],
      ["funds", "Upfront cost exceeds account balance", "can't pay the gas of IERC20Metadata.approve"],
      ["size", "oversized data: transaction size 200000, limit 131072", "it can't be sent as it is"],
      ["gas", "exceeds block gas limit", "needs more gas than a block, or a transaction, may take"],
      ["pool", "txpool is full", "its pool is full"],
      ["method", "the method eth_sendRawTransaction does not exist/is not available", "it takes no transactions"],
      ["other", "computer says no", "it doesn't take IERC20Metadata.approve"],
    ])("says %s at once, what the node said, and keeps nothing: %s", async (kind, message, follows) => {
      between.answer = ({ method }) =>
        method === "eth_sendRawTransaction" ? { error: { code: -32000, message } } : undefined;
      const before = await nonce();
      const pauses: number[] = [];
      const sender = await Sender.open(refusing, signer, {
        store: new FileStore(folder),
        pause: async (milliseconds) => void pauses.push(milliseconds),
      });
      const error = await sender.send(approve(60n)).catch((thrown: Error) => thrown);
      expect(error).toBeInstanceOf(UnsentError);
      expect(error).toMatchObject({ kind, message: expect.stringContaining(follows) as string });
      expect((error as Error).message).toContain(message);
      expect([pauses, (await journal()).transactions, await nonce()]).toEqual([[], [], before]);
      // The next goes out.
      between.answer = () => undefined;
      expect((await sender.send(approve(61n))).status).toBe(1);
    });

    it("takes a word for one that it has for what it is", async () => {
      let sent = 0;
      between.answer = ({ method }) =>
        method === "eth_sendRawTransaction" && sent++ > 0
          ? { error: { code: -32010, message: "Transaction with the same hash was already imported." } }
          : undefined;
      await node.rpc("evm_setAutomine", [false]);
      try {
        await expect(
          (
            await Sender.open(refusing, signer, {
              store: new FileStore(folder),
              patience: 0,
              pause: async () => undefined,
            })
          ).send(approve(62n)),
        ).rejects.toThrow(/not mined within/);
        const again = await Sender.open(refusing, signer, {
          store: new FileStore(folder),
          pause: () => node.rpc("evm_mine"),
        });
        await again.drained();
        expect([await allowance(), sent > 1]).toEqual([62n, true]);
      } finally {
        await node.rpc("evm_setAutomine", [true]);
      }
    });

    it("keeps what may have reached a node that then fell silent", async () => {
      between.answer = ({ method }) => (method === "eth_sendRawTransaction" ? { status: 502, body: "" } : undefined);
      const sender = await Sender.open(refusing, signer, { store: new FileStore(folder) });
      await expect(sender.send(approve(63n))).rejects.toThrow(
        "home: the node didn't answer eth_sendRawTransaction: HTTP 502",
      );
      expect((await journal()).transactions).toHaveLength(1);
      between.answer = () => undefined;
      await sender.drained();
      expect(await allowance()).toBe(63n);
    });
  });

  it("refuses a damaged journal by the place that is wrong, and a node of another chain", async () => {
    await writeFile(
      join(folder, `sent-31337-${signer.address.toLowerCase()}.json`),
      '{"format": "plimsoll-journal", "version": 1, "transactions": [{"nonce": -1, "hash": "0x", "raw": "0x", "what": ""}]}',
    );
    await expect(Sender.open(node, signer, { store: new FileStore(folder) })).rejects.toThrow(InputError);
    await expect(Node.connect(chain(0, 1), anvil.url)).rejects.toThrow(
      "home: the node must be of chain 1, is of 31337",
    );
  });

  it("never shows the endpoint, which may hold credentials", async () => {
    const error = await Node.connect(chain(0), `http://user:secret@127.0.0.1:${await closedPort()}/key-in-path`).catch(
      (failure: Error) => failure,
    );
    expect(error).toBeInstanceOf(NodeError);
    expect((error as Error).message).toBe("home: the node didn't answer eth_chainId: can't be reached (ECONNREFUSED)");
  });
});
