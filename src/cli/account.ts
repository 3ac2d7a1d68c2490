/**
 * plimsoll account: moves on the local ledger, each with a proof.
 *
 * @module
 */
import { getAddress, isAddress } from "ethers";
import { issuerOf } from "../account/holdings.ts";
import { ownerOf, type ProveKeys } from "../account/keys.ts";
import type { Note } from "../account/note.ts";
import { lotsToUnits } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { readText } from "../base/files.ts";
import { parseTrades, PORTFOLIO_LENGTH, readPortfolio, type ListedPosition } from "../margin/portfolio.ts";
import { TIERS, type TierName } from "../protocol/constants.ts";
import type { ListedTable } from "../risk/listing.ts";
import { receiveStatement } from "../statements/receive.ts";
import { spendStatement, type Move } from "../statements/spend.ts";
import { unspentNotes } from "../wallet/notes.ts";
import { now, remark, show, type Globals } from "./command.ts";
import { loadTable, unlock, unlockSpend } from "./home.ts";
import { withProver } from "./proving.ts";
import { tableOf, currentAccount, issueNotes, keep, withTrader } from "./trader.ts";

interface Flags extends Globals {
  readonly table?: string;
  readonly keystore?: string;
  readonly submitter?: string;
  readonly at?: bigint;
  readonly proof?: string;
  readonly tier?: TierName;
  readonly note?: string[];
  readonly portfolio?: string;
  readonly collateral?: string;
  readonly credit?: string;
  readonly pair?: string;
  readonly dead?: string;
  readonly recipient?: string;
  readonly onAnyTable?: boolean;
}

export const open = (flags: Flags): Promise<void> => receive(flags, true);
export const receiveMore = (flags: Flags): Promise<void> => receive(flags, false);

async function receive(flags: Flags, opens: boolean): Promise<void> {
  const listed = flags.note === undefined && flags.portfolio === undefined ? undefined : await loadTable(flags, flags.table);
  const portfolio = flags.portfolio === undefined ? undefined : readPortfolio(await readText(flags.portfolio, PORTFOLIO_LENGTH), listed!);
  const [issued, booked] = partition(portfolio?.positions ?? [], ({ row }) => row.kind !== "credit");
  const keys = await unlock(flags, flags.keystore);
  const options = { tier: flags.tier ?? portfolio?.tier, submitter: flags.submitter, now: now(flags.at) };
  await withTrader(flags, keys, options, async (trader) => {
    if (opens && trader.versions.length > 0) throw new InputError("account", "is open already: one owner has one account");
    let account = opens ? undefined : currentAccount(trader);
    const waiting = opens ? [] : unspentNotes(trader.ledger, keys);
    const notes = listed === undefined ? waiting : [
      ...(flags.note ?? []).flatMap((text) => issueNotes(trader, oneIssuer(parseTrades(text.split(","), listed), text), listed)),
      ...issueNotes(trader, issued, listed),
    ];
    if (!opens && notes.length === 0) throw new InputError("note", "is missing, and none waits to be received");
    const proofs = await withProver(flags, async (prove) => {
      const written: string[] = [];
      for (const some of chunks(notes, TIERS[trader.tier].notes)) {
        const received = receiveStatement({
          keys, from: account ?? trader.tier, notes: some.map((note) => trader.ledger.receivable(note, ownerOf(keys))),
          notesRoot: trader.ledger.notesRoot, context: trader.context,
        });
        trader.ledger.checkReceive(received.statement, trader.submission);
        const proof = await prove(received.statement);
        const change = await trader.ledger.receive(proof, trader.submission);
        account = received.account;
        written.push(await keep(flags, trader, proof, change, notes.length > TIERS[trader.tier].notes ? undefined : flags.proof));
      }
      return written;
    });
    const { version, commitment } = account!;
    show(flags, { version, commitment, notes: notes.length, proofs }, () => `account at version ${version}, ${notes.length} notes received\n${proofs.map((path) => `proof ${path}`).join("\n")}`);
    for (const { listing, size } of booked) {
      remark(flags, `left out: ${listing.name} is booked, not received: plimsoll account spend --credit "${listing.name}=${lotsToUnits(-size, listing.lot)}"`);
    }
  });
}

export async function spend(flags: Flags): Promise<void> {
  const listed = await loadTable(flags, flags.table);
  const keys = await unlockSpend(flags, flags.keystore);
  await withTrader(flags, keys, { submitter: flags.submitter, now: now(flags.at) }, async (trader) => {
    const account = currentAccount(trader);
    const table = await tableOf(trader, listed);
    const move = moveOf(flags, listed, flags.recipient ?? trader.submission.account);
    const spent = spendStatement({
      account, keys, table, move, context: trader.context, ...(flags.onAnyTable === undefined ? {} : { onAnyTable: flags.onAnyTable }),
    });
    trader.ledger.checkSpend(spent.statement, trader.submission);
    const { proof, change } = await withProver(flags, async (prove) => {
      const made = await prove(spent.statement);
      return { proof: made, change: await trader.ledger.spend(made, trader.submission) };
    });
    const path = await keep(flags, trader, proof, change, flags.proof);
    const { version, commitment } = spent.account;
    const exit = spent.exit === undefined ? undefined : { instrument: spent.exit.instrument, lots: spent.exit.lots, leaf: spent.exit.leaf };
    show(flags, { version, commitment, exit, proofs: [path] }, () => [
      `account at version ${version}`, `proof ${path}`, ...(exit === undefined ? [] : ["the vault pays against plimsoll prove exit --pay"]),
    ].join("\n"));
  });
}

export async function showAccount(flags: Flags): Promise<void> {
  const keys: ProveKeys = await unlock(flags, flags.keystore);
  const listed = await loadTable(flags, flags.table).catch(() => undefined);
  await withTrader(flags, keys, { now: now(undefined) }, async (trader) => {
    const account = currentAccount(trader);
    const named = account.holdings.map(({ instrument, size }) => {
      const listing = listed?.listings.find((known) => known.instrument === instrument);
      return { instrument, size, ...(listing === undefined ? {} : { name: listing.name, units: lotsToUnits(size, listing.lot), unit: listing.unit }) };
    });
    const waiting = unspentNotes(trader.ledger, keys).map(({ issuerId, legs, serial }: Note) => ({ issuerId, serial, legs }));
    const { tier, version, commitment, owner } = account;
    show(flags, { tier, version, commitment, owner, ledger: trader.ledger.address, submitter: trader.submission.account, holdings: named, waiting }, () => [
      `tier ${tier}, version ${version}, ${account.holdings.length} of ${TIERS[tier].holdings} holdings`,
      `commitment ${commitment}`,
      ...named.map(({ instrument, size, name, units, unit }) => `  ${(name ?? `instrument ${instrument}`).padEnd(34)} ${(units ?? String(size)).padStart(18)} ${unit ?? "lots"}`),
      ...(waiting.length === 0 ? [] : [`${waiting.length} notes wait to be received`]),
    ].join("\n"));
  });
}

function moveOf(flags: Flags, listed: ListedTable, recipient: string): Move {
  const given = (["collateral", "credit", "pair", "dead"] as const).filter((kind) => flags[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) throw new InputError("account spend", "takes one of --collateral, --credit, --pair and --dead");
  const text = flags[kind]!;
  if (kind === "pair" || kind === "dead") {
    const listing = listed.listings.find(({ name }) => name === text);
    if (listing === undefined) throw new InputError(kind, "must be listed in the risk table", text);
    return { kind, instrument: listing.instrument };
  }
  const { row, size: lots } = parseTrades([text], listed)[0]!;
  if (kind === "credit") return { kind, instrument: row.instrument, lots };
  if (!isAddress(recipient)) throw new InputError("recipient", "must be an Ethereum address", recipient);
  return { kind, instrument: row.instrument, lots, recipient: BigInt(getAddress(recipient)) };
}

function oneIssuer(legs: ListedPosition[], text: string): ListedPosition[] {
  if (new Set(legs.map(({ row }) => issuerOf(row.instrument))).size > 1) throw new InputError("note", "must have legs of one issuer; give --note once for each", text);
  return legs;
}

/** In pieces of at most `size`; one empty piece for an empty list, so that an account may open with nothing. */
const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.max(1, Math.ceil(items.length / size)) }, (_, i) => items.slice(i * size, (i + 1) * size));

const partition = <T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] =>
  [items.filter(test), items.filter((item) => !test(item))];
