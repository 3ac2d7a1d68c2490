/**
 * Two traders on one local network, and that a wallet with nothing but keys says of them what theirs say.
 *
 * @module
 */
import { expect } from "vitest";
import { spendKeys } from "../../../src/account/keys.ts";
import { issuerNamed } from "../../../src/chain/network.ts";
import { TIERS } from "../../../src/protocol/constants.ts";
import type { Prover } from "../../../src/prover/prover.ts";
import { TableTree } from "../../../src/risk/tree.ts";
import type { TraderView } from "../../../src/wallet/traderView.ts";
import { send } from "../../support/chain.ts";
import { localTable, localDeployment, type LocalNetwork } from "../../support/localNetwork.ts";
import { DESK, KEYS } from "../../support/world.ts";
import { Life } from "./life.ts";

/** The other trader's. */
export const OTHER = spendKeys(987654321n);
/** Somebody whom no chain knows. */
export const RECIPIENT = "0x00000000000000000000000000000000000b0b01";

export interface TwoTraders {
  readonly local: LocalNetwork;
  readonly ours: Life;
  readonly theirs: Life;
}

/** Deploys a network with one table published and money at desk-south; nobody has done anything yet. Who asks stops it. */
export async function twoTraders(prover: Prover): Promise<TwoTraders> {
  const local = await localDeployment();
  const table = await TableTree.build(localTable(), TIERS.T);
  await local.publishTable(table.root, table.table.epoch);
  const { usdc } = local.tokens.south;
  const desk = local.chains.south.at("CreditDesk", issuerNamed(local.network, DESK).contract);
  await send(usdc, "mint", local.deployer.address, 10n ** 12n);
  await send(usdc, "approve", await desk.getAddress(), 10n ** 12n);
  await send(desk, "fund", 10n ** 11n);
  return {
    local,
    ours: await Life.begin(local, KEYS, prover, table, 1),
    theirs: await Life.begin(local, OTHER, prover, table, 2),
  };
}

/** All that a view says, without the means by which it says it. */
export const said = ({
  nodes: _nodes,
  nextDepositCounter: _counter,
  accountPath: _path,
  keys: _keys,
  ...view
}: TraderView): unknown => view;
export const holdings = ({ account }: TraderView): unknown => account?.holdings;

/** That a wallet with nothing but keys says the same; and so does one whose keys are a keeper's. */
export async function restores(life: Life, view: TraderView): Promise<void> {
  const {
    keys: { proveKey, spendLock },
    local: { network },
  } = life;
  for (const keys of [life.keys, { proveKey, spendLock }]) {
    const restored = await life.restored(keys);
    expect(said(restored)).toEqual(said(view));
    for (const { kind, id } of network.issuers)
      if (kind === "vault") expect(restored.nextDepositCounter(id)).toBe(view.nextDepositCounter(id));
    for (const { name } of network.chains)
      expect(await restored.accountPath(name)).toEqual(await view.accountPath(name));
  }
}
