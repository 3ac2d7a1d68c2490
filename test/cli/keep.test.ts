/**
 * plimsoll keep, killed between any two of its steps and started again: everything happens, and happens once.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sizeOf } from "../../src/account/holdings.ts";
import { localProver } from "../../src/prover/backends.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { foundry } from "../../scripts/foundry.ts";
import { localDeployment, type LocalChainName, type LocalNetwork } from "../support/localNetwork.ts";
import { KEEPER, KEYS, USDC } from "../support/world.ts";
import { provenAtDesk, publishEpoch, traderWithLine } from "../wallet/support/keeping.ts";
import type { Life } from "../wallet/support/life.ts";
import { chainHome, isPending, until } from "./chainHome.ts";
import type { Home, Outcome } from "./plimsoll.ts";

const prover = localProver();
let local: LocalNetwork;
let trader: Life;
let home: Home;
let epoch = 20;
let usdc = 0n;

const publish = (): Promise<TableTree> => publishEpoch(local, home.at("cache", "tables"), ++epoch);
const proofs = async (): Promise<number> => (await provenAtDesk(local)).length;
const address = (): string => local.chains.home.addresses[2];
const versions = async (): Promise<number> => (await trader.view()).versions.length;
const mining = async (chain: LocalChainName, on: boolean): Promise<void> => {
  await local.chains[chain].rpc("evm_setAutomine", [on]);
  if (on) await local.chains[chain].rpc("evm_mine");
};
const once = (): { outcome: Promise<Outcome> } => home.start(["keep", "--once"]);

describe.skipIf(foundry("anvil") === undefined)("a keeper in a process of its own", () => {
  beforeAll(async () => {
    local = await localDeployment();
    home = await chainHome(local, ANVIL_KEYS[2], KEEPER);
    trader = await traderWithLine(local, prover, await publish());
  });
  afterAll(() => Promise.all([prover.close(), local.stop(), home.remove()]));

  let before: { proofs: number; versions: number };
  /** Each time there is a new epoch to prove on, and a note to receive. */
  beforeEach(async () => {
    await trader.deposit(USDC, 10n);
    usdc += 10n;
    await local.relayNotes("vault-north");
    await local.pass(600);
    await publish();
    await local.relayHome();
    before = { proofs: await proofs(), versions: await versions() };
  });

  async function happenedOnce(): Promise<void> {
    expect(await versions()).toBe(before.versions + 1);
    expect(sizeOf((await trader.view()).account!.holdings, USDC)).toBe(usdc);
    expect(await proofs()).toBe(before.proofs + 1);
  }

  it("does what is missing once, and ends", async () => {
    const { code, stdout, stderr } = await once().outcome;
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split("\n")
        .map((text) => (JSON.parse(text) as { event: string }).event),
    ).toEqual(["refresh desk-south", "receive", "done"]);
    await happenedOnce();
  });

  it.each([
    ["the refresh", "south"],
    ["the receipt", "home"],
  ] as const)("killed with %s signed and not yet mined", async (_, chain) => {
    await mining(chain, false);
    const killed = home.start(["keep"]);
    await until(() => isPending(home, local.chains[chain], address()));
    killed.child.kill("SIGKILL");
    await killed.outcome;
    const again = once();
    await mining(chain, true);
    expect(await again.outcome).toMatchObject({ code: 0, stderr: "" });
    await happenedOnce();
  });

  it("killed while it reads or proves", async () => {
    const killed = home.start(["keep"]);
    await until(
      () =>
        new Promise((resolve) =>
          killed.child.stdout!.once("data", (text: Buffer) => resolve(text.includes('"started"'))),
        ),
    );
    killed.child.kill("SIGKILL");
    await killed.outcome;
    expect(await once().outcome).toMatchObject({ code: 0, stderr: "" });
    await happenedOnce();
  });

  it("killed right after the refresh was mined", async () => {
    const killed = home.start(["keep"]);
    await until(async () => (await proofs()) > before.proofs);
    killed.child.kill("SIGKILL");
    await killed.outcome;
    expect(await once().outcome).toMatchObject({ code: 0, stderr: "" });
    await happenedOnce();
  });

  it("says how it is, and ends in order when told to", async () => {
    const { child, outcome } = home.start(["keep", "--listen", "127.0.0.1:0", "--interval", "1"]);
    let text = "";
    child.stdout!.on("data", (chunk: Buffer) => (text += chunk.toString()));
    await until(() => text.includes("\n"));
    const { port } = JSON.parse(text.split("\n")[0]!) as { port: number };
    let health: { tasks: { keep: { lines?: Record<string, { secondsLeft: number }> } } } | undefined;
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/health`);
      if (answer.status === 200) health = (await answer.json()) as typeof health;
      return answer.status === 200;
    });
    expect(health!.tasks.keep.lines!["desk-south"]!.secondsLeft).toBeGreaterThan(3_000);
    child.kill("SIGTERM");
    expect(await outcome).toMatchObject({ code: 0, stderr: "" });
    await happenedOnce();
  });

  it("takes no keystore that could spend", async () => {
    const spending = await chainHome(local, ANVIL_KEYS[2], KEYS);
    const { code, stderr } = await spending.run(["keep", "--once"]);
    expect(stderr).toMatch(
      /keystore.json: is the trader's; a keeper takes less, which plimsoll keys derive --keeper writes/,
    );
    expect(code).toBe(4);
    await spending.remove();
  });
});
