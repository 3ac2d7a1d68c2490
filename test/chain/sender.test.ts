/** Every transaction happens once: after a crash before or after it was sent, after a reorg, when it is refused. */
import { ContractFactory, JsonRpcProvider, Wallet } from "ethers";
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
import { InputError, NodeError, RefusedError } from "../../src/base/errors.ts";

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
  const chain = (finality: number, chainId = 31_337): NetworkChain => ({ name: "home", chainId, startBlock: 0, finality, verifiers: ZERO, riskTable: ZERO, roots: {} });

  beforeAll(async () => {
    anvil = await startAnvil({ chainId: 31_337 });
    node = await Node.connect(chain(5), anvil.url);
    const { Token } = await compileContracts();
    const provider = new JsonRpcProvider(anvil.url, 31_337, { staticNetwork: true, pollingInterval: 20 });
    const deployed = await new ContractFactory(Token!.abi, `0x${Token!.bytecode}`, new Wallet(ANVIL_KEYS[0], provider)).deploy(6);
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

  const approve = (amount: bigint): Call => ({ name: "IERC20Metadata", address: token, method: "approve", args: [other.address, amount] });
  const allowance = (): Promise<bigint> => node.read("IERC20Metadata", token, "allowance", signer.address, other.address);
  const nonce = (): Promise<number> => node.provider.getTransactionCount(signer.address);
  const journal = async (): Promise<{ path: string; transactions: { hash: string; raw: string; what: string }[] }> => {
    const path = join(folder, `sent-31337-${signer.address.toLowerCase()}.json`);
    return { path, transactions: (JSON.parse(await readFile(path, "utf8")) as { transactions: { hash: string; raw: string; what: string }[] }).transactions };
  };
  const mine = async (blocks: number): Promise<void> => {
    for (let i = 0; i < blocks; i++) await node.rpc("evm_mine");
  };

  it("sends, and forgets what is final", async () => {
    const sender = await Sender.open(node, signer, { folder });
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
    const sender = await Sender.open(node, signer, { folder });
    const receipts = await Promise.all([10n, 11n, 12n].map((amount) => sender.send(approve(amount))));
    expect(receipts.map(({ blockNumber }) => blockNumber)).toEqual(receipts.map(({ blockNumber }) => blockNumber).toSorted((a, b) => a - b));
    expect(await allowance()).toBe(12n);
  });

  it("sends nothing that would be refused, and says by what", async () => {
    const sender = await Sender.open(node, signer, { folder });
    const before = await nonce();
    await expect(sender.send({ ...approve(1n), args: [ZERO, 1n] })).rejects.toThrow(RefusedError);
    await expect(sender.check({ name: "IERC20Metadata", address: token, method: "transfer", args: [other.address, 5n] })).rejects.toThrow(/IERC20Metadata.transfer: /);
    expect(await nonce()).toBe(before);
  });

  it("sends again what was signed and written down when a crash came before it was sent, and nothing twice", async () => {
    await node.rpc("evm_setAutomine", [false]);
    try {
      const sender = await Sender.open(node, signer, { folder, patience: 0 });
      const before = await nonce();
      await expect(sender.send(approve(20n))).rejects.toThrow(/was sent and not mined within 0 s; it may yet be/);
      const [{ hash }] = (await journal()).transactions as unknown as [{ hash: string }];
      // The node forgets it, as it would have never heard of it.
      await node.rpc("anvil_dropTransaction", [hash]);
      await mine(1);
      expect(await nonce()).toBe(before);

      await Sender.open(node, signer, { folder });
      await Sender.open(node, signer, { folder });
      await mine(1);
      expect(await nonce()).toBe(before + 1);
      expect(await allowance()).toBe(20n);
      expect(await node.provider.getTransactionReceipt(hash)).toMatchObject({ status: 1 });
      const again = await Sender.open(node, signer, { folder });
      await mine(1);
      expect([await nonce(), again.address]).toEqual([before + 1, signer.address]);
    } finally {
      await node.rpc("evm_setAutomine", [true]);
    }
  });

  it("repeats what a reorg left out", async () => {
    const sender = await Sender.open(node, signer, { folder });
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
      const sender = await Sender.open(node, signer, { folder, patience: 0 });
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
    const sender = await Sender.open(node, new Wallet(poor.privateKey), { folder });
    await expect(sender.send(approve(1n))).rejects.toThrow(/can't pay the gas of IERC20Metadata.approve/);
    expect(await readFile(join(folder, `sent-31337-${poor.address.toLowerCase()}.json`), "utf8")).toContain('"transactions": []');
  });

  it("refuses a damaged journal by the place that is wrong, and a node of another chain", async () => {
    await writeFile(join(folder, `sent-31337-${signer.address.toLowerCase()}.json`), '{"format": "plimsoll-journal", "version": 1, "transactions": [{"nonce": -1, "hash": "0x", "raw": "0x", "what": ""}]}');
    await expect(Sender.open(node, signer, { folder })).rejects.toThrow(InputError);
    await expect(Node.connect(chain(0, 1), anvil.url)).rejects.toThrow("home: the node must be of chain 1, is of 31337");
  });

  it("never shows the endpoint, which may hold credentials", async () => {
    const error = await Node.connect(chain(0), `http://user:secret@127.0.0.1:${await closedPort()}/key-in-path`).catch((failure: Error) => failure);
    expect(error).toBeInstanceOf(NodeError);
    expect((error as Error).message).toBe("home: the node didn't answer eth_chainId: can't be reached (ECONNREFUSED)");
  });
});
