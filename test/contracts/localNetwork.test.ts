/**
 * The network that other tests start from: deployed whole, and a deposit on north ends in a notes root at home.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { issuerNamed } from "../../src/chain/network.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { send } from "../support/chain.ts";
import { DESK_NORTH, VAULT_SOUTH, localTable, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { DESK, VAULT, VENUE } from "../support/world.ts";

let local: LocalNetwork;
beforeAll(async () => {
  local = await localDeployment();
});
afterAll(() => local?.stop());

it("a deposit's note is joined at home", async () => {
  const {
    network,
    chains: { north },
    tokens,
    nodes,
  } = local;
  const vault = north.at("CollateralVault", issuerNamed(network, "vault-north").contract);
  await send(tokens.north.btc, "mint", north.addresses[0], 10n ** 12n);
  await send(tokens.north.btc, "approve", await vault.getAddress(), 10n ** 12n);
  await send(vault, "deposit", 1, 200, 12345n);
  const home = nodes.get("home")!;
  const before = await home.read<bigint>("IssuerNotes", network.issuerNotes, "notesRoot");
  await local.relayNotes("vault-north");
  expect(await home.read<bigint>("IssuerNotes", network.issuerNotes, "notesRoot")).not.toBe(before);
});

it("the table of all its instruments is published everywhere", async () => {
  const { root } = await TableTree.build(localTable(), TIERS.T);
  await local.publishTable(root, 7);
  for (const id of [VAULT, VENUE, DESK, VAULT_SOUTH, DESK_NORTH])
    expect(
      localTable().rows.some(({ instrument }) => instrument >> 16 === id && issuerNamed(local.network, id).id === id),
    ).toBe(true);
  for (const { name, riskTable } of local.network.chains)
    expect(await local.nodes.get(name)!.read<bigint>("RiskTable", riskTable, "newestRoot")).toBe(root);
});
