/**
 * What a keeper keeps: a trader with a line at desk-south, while one epoch follows another.
 *
 * @module
 */
import type { EventLog } from "ethers";
import { issuerNamed } from "../../../src/chain/network.ts";
import { SCENARIO_THIRDS, TIERS } from "../../../src/protocol.ts";
import type { Prover } from "../../../src/prove/prover.ts";
import { BookTree } from "../../../src/risk/tree.ts";
import { keepBook } from "../../support/listed.ts";
import { localBook, type LocalNetwork } from "../../support/localNetwork.ts";
import { BTC, CREDIT, DESK, KEYS } from "../../support/world.ts";
import { Life } from "./life.ts";

/** A trader with 200 lots of BTC and 5,000 of credit booked, whose line is proven. */
export async function traderWithLine(local: LocalNetwork, prover: Prover, book: BookTree): Promise<Life> {
  const trader = await Life.begin(local, KEYS, prover, book, 1);
  await trader.deposit(BTC, 200n);
  await local.relayNotes("vault-north");
  await trader.fold();
  await trader.lower({ kind: "credit", instrument: CREDIT, lots: 5_000n });
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
 * Publishes an epoch with a book of its own, which is in the folder too.
 *
 * @param third dollars that one lot of BTC loses by a third of a scan range
 */
export async function publishEpoch(local: LocalNetwork, folder: string, epoch: number, third = 36n): Promise<BookTree> {
  const base = localBook({ epoch, omega: 5_000 + epoch });
  const rows = base.rows.map((row) => (row.instrument === BTC ? { ...row, pnl: SCENARIO_THIRDS.map((k) => -BigInt(k) * third * 1_000_000n) } : row));
  const book = await BookTree.build({ ...base, rows }, TIERS.T);
  await keepBook(folder, book);
  await local.publishBook(book.root, epoch);
  return book;
}
