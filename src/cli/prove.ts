/**
 * plimsoll prove: show a desk, a venue or the Report that the account is covered; have a vault pay.
 *
 * @module
 */
import { getAddress, isAddress } from "ethers";
import { join } from "node:path";
import { lotsToUnits } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { writeLedger } from "../ledger/ledgerFile.ts";
import { ISSUER_BITS } from "../protocol/constants.ts";
import { contextSignal } from "../protocol/context.ts";
import type { ListedTable } from "../risk/listing.ts";
import { exitStatement } from "../statements/exit.ts";
import { solvencyStatement } from "../statements/solvency.ts";
import { issuerOf } from "../account/holdings.ts";
import { exitsOf } from "../wallet/accountFile.ts";
import { now, show, type Globals } from "./command.ts";
import { homeFiles, loadTable, loadCommittee, unlock } from "./home.ts";
import { withProver, writeProof } from "./proving.ts";
import { tableOf, currentAccount, withTrader } from "./trader.ts";

interface Flags extends Globals {
  readonly table?: string;
  readonly keystore?: string;
  readonly at?: bigint;
  readonly out?: string;
  readonly issuer?: string;
  readonly coverage: number;
  readonly show?: string;
  readonly salt: number;
  readonly report?: boolean;
  readonly committee?: string;
  readonly chain?: number;
  readonly contract?: string;
  readonly submitter?: string;
  readonly deadline?: bigint;
  readonly recipient?: string;
  readonly pay?: boolean;
}

export async function proveSolvency(flags: Flags): Promise<void> {
  const listed = await loadTable(flags, flags.table);
  const issuerId = issuerIdOf(flags.issuer!, listed);
  const shown = flags.show === undefined ? undefined : instrumentsOf(flags.show, listed);
  const committee = await loadCommittee(flags, flags.committee);
  const keys = await unlock(flags, flags.keystore);
  await withTrader(flags, keys, { submitter: flags.submitter, now: now(flags.at) }, async (trader) => {
    const account = currentAccount(trader);
    const table = await tableOf(trader, listed);
    const statement = solvencyStatement({
      account, keys, path: trader.ledger.accountPath(account.commitment), table, coverage: flags.coverage, issuerId, salt: flags.salt,
      report: flags.report === true, committee, context: contextOf(flags, trader.ledger.address, trader.submission),
      ...(shown === undefined ? {} : { show: shown }),
    });
    const proof = await withProver(flags, (prove) => prove(statement));
    const path = flags.out ?? join(homeFiles(flags).proofs, "solvency.json");
    await writeProof(path, proof);
    show(flags, { proof: path, coverage: flags.coverage, alias: proof.signals.alias, tableRoot: table.root, key: proof.key }, () => `is covered at ${flags.coverage} basis points\nproof ${path}`);
  });
}

export async function proveExit(flags: Flags): Promise<void> {
  const keys = await unlock(flags, flags.keystore);
  const onLedger = flags.chain === undefined && flags.contract === undefined && flags.deadline === undefined;
  if (flags.pay === true && !onLedger) throw new InputError("prove exit", "--pay takes a proof to the local ledger, without --chain, --contract or --deadline");
  await withTrader(flags, keys, { submitter: flags.submitter, now: now(flags.at) }, async (trader) => {
    const { ledger, submission, versions, tier } = trader;
    const recipient = flags.recipient ?? submission.account;
    if (!isAddress(recipient)) throw new InputError("recipient", "must be an Ethereum address", recipient);
    const exits = exitsOf(versions, BigInt(getAddress(recipient)), ledger).filter((exit) => !ledger.isPaid(exit.spent));
    const [exit] = exits;
    if (exit === undefined) throw new InputError("recipient", "has no exit of this account that isn't paid", recipient);
    const listing = (await loadTable(flags).catch(() => undefined))?.listings.find(({ instrument }) => instrument === exit.instrument);
    const amount = listing === undefined ? `${exit.lots} lots of instrument ${exit.instrument}` : `${lotsToUnits(exit.lots, listing.lot)} ${listing.unit} (${listing.name})`;
    const statement = exitStatement(exit, ledger.exitPath(exit.leaf), contextOf(flags, ledger.address, submission), tier);
    const proof = await withProver(flags, (prove) => prove(statement));
    const path = flags.out ?? join(homeFiles(flags).proofs, `exit-${exit.spent.toString(16).slice(0, 8)}.json`);
    await writeProof(path, proof);
    const payment = flags.pay === true ? await ledger.exit(proof, submission) : undefined;
    if (payment !== undefined) await writeLedger(homeFiles(flags).ledger, ledger);
    show(flags, { proof: path, instrument: exit.instrument, lots: exit.lots, recipient, paid: payment !== undefined, left: exits.length - 1 }, () => [
      `${amount} to ${recipient}${payment === undefined ? "" : ": paid"}`,
      `proof ${path}`, ...(exits.length > 1 ? [`${exits.length - 1} more exits to this address wait`] : []),
    ].join("\n"));
  });
}

function contextOf({ chain, contract, deadline }: Flags, ledger: string, submission: { readonly account: string; readonly deadline: bigint }): bigint {
  if ((chain === undefined) !== (contract === undefined)) throw new InputError("contract", "goes with --chain: give both or neither");
  return contextSignal({ chainId: BigInt(chain ?? 0), contract: contract ?? ledger, account: submission.account, deadline: deadline ?? submission.deadline });
}

function issuerIdOf(text: string, { listings }: ListedTable): number {
  const listing = listings.find(({ issuer }) => issuer === text);
  if (listing !== undefined) return issuerOf(listing.instrument);
  if (/^\d{1,3}$/.test(text) && Number(text) < 2 ** ISSUER_BITS) return Number(text);
  throw new InputError("issuer", "must be an issuer of the risk table, by name or id", text);
}

function instrumentsOf(text: string, { listings }: ListedTable): [number, number] {
  const ids = text.split(",").map((name) => {
    const listing = listings.find((known) => known.name === name);
    if (listing === undefined) throw new InputError("show", "must be listed in the risk table", name);
    return listing.instrument;
  });
  if (ids.length > 2) throw new InputError("show", "must be at most two instruments", ids.length);
  return [ids[0]!, ids[1] ?? 0];
}
