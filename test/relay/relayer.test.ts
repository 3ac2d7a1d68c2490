/**
 * Relayers on three real chains: what they bring, what they leave alone, and who can't stop them.
 */
import { Wallet } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { attesting, deposit, mine, relaying, setRoot, stateOf, transactions, type Attesting } from "./support.ts";

let local: LocalNetwork;
let attestors: Attesting[];
const urls = (): string[] => attestors.map(({ url }) => url);

beforeAll(async () => {
  local = await localDeployment();
  attestors = await Promise.all([0, 1, 2, 3].map((place) => attesting(local, place)));
});
afterAll(async () => {
  await Promise.all(attestors.map((attestor) => attestor.close()));
  await local.stop();
});

it("brings everything that is missing, once", async () => {
  await deposit(local, "vault-north");
  await deposit(local, "vault-south");
  await setRoot(local, "home", local.network.registry, "accounts", 1_234n);
  await setRoot(local, "home", local.network.registry, "exits", 5_678n);
  await mine(local);
  const relayer = relaying(local, { attestors: urls() });
  await relayer.round();
  expect(relayer.lines.filter(({ level }) => level !== "info")).toEqual([]);
  const state = await stateOf(local);
  const { contract: vault } = local.network.issuers.find(({ name }) => name === "vault-north")!;
  expect(state[`north notes ${vault} on home`]).toBeGreaterThan(0n);
  expect(state["vault-north joined"]).toBe(state[`north notes ${vault} on home`]);
  expect(state["vault-south joined"]).toBeGreaterThan(0n);
  for (const chain of ["north", "south"]) {
    expect(state[`home accounts ${local.network.registry} on ${chain}`]).toBe(1_234n);
    expect(state[`home exits ${local.network.registry} on ${chain}`]).toBe(5_678n);
  }
  const sent = await transactions(local, new Wallet(ANVIL_KEYS[1]).address);
  expect(sent).toBe(6);
  await mine(local);
  await relayer.round();
  expect(await transactions(local, new Wallet(ANVIL_KEYS[1]).address)).toBe(sent);
});
