/**
 * What a keeper keeps: a trader with a line at desk-south, while one epoch follows another.
 *
 * @module
 */
import type { EventLog } from "ethers";
import { issuerNamed } from "../../../src/chain/network.ts";
import { SCENARIO_THIRDS, TIERS } from "../../../src/protocol/constants.ts";
import type { Prover } from "../../../src/prover/prover.ts";
import { TableTree } from "../../../src/risk/tree.ts";
import { keepTable } from "../../support/listed.ts";
import { localTable, type LocalNetwork } from "../../support/localNetwork.ts";
import { BTC, CREDIT, DESK, KEYS } from "../../support/world.ts";
import { Life } from "./life.ts";

/** A trader with 200 lots of BTC and 5,000 of credit booked, whose line is proven. */
export async function traderWithLine(local: LocalNetwork, prover: Prover, table: TableTree): Promise<Life> {
  const trader = await Life.begin(local, KEYS, prover, table, 1);
  await trader.deposit(BTC, 200n);
  await local.relayNotes("vault-north");
  await trader.receive();
  await trader.spend({ kind: "credit", instrument: CREDIT, lots: 5_000n });
  await local.relayHome();
  await trader.authorise("desk-south", CREDIT);
  return trader;
}

/** The proofs that desk-south took, in order. */
export async function provenAtDesk({ network, chains }: LocalNetwork): Promise<EventLog[]> {
  const { contract } = issuerNamed(network, DESK);
  return (await chains.south.at("CreditDesk", contract).queryFilter("Proven")) as EventLog[];
}

/**
 * Publishes an epoch with a table of its own, which is in the folder too.
 *
 * @param third dollars that one lot of BTC loses by a third of a scan range
 */
export async function publishEpoch(
  local: LocalNetwork,
  folder: string,
  epoch: number,
  third = 36n,
): Promise<TableTree> {
  const base = localTable({ epoch, omega: 5_000 + epoch });
  const rows = base.rows.map((row) =>
    row.instrument === BTC ? { ...row, pnl: SCENARIO_THIRDS.map((k) => -BigInt(k) * third * 1_000_000n) } : row,
  );
  const table = await TableTree.build({ ...base, rows }, TIERS.T);
  await keepTable(folder, table);
  await local.publishTable(table.root, epoch);
  return table;
}
