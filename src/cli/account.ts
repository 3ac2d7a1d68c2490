/**
 * plimsoll account: moves on the local ledger, each with a proof.
 *
 * @module
 */
import { getAddress, isAddress } from "ethers";
import { issuerOf } from "../account/holdings.ts";
import { ownerOf, type ProveKeys } from "../account/keys.ts";
import type { Note } from "../account/note.ts";
import { lotsToUnits } from "../decimal.ts";
import { InputError } from "../errors.ts";
import { readText } from "../files.ts";
import { parseTrades, PORTFOLIO_LENGTH, readPortfolio, type ListedPosition } from "../portfolio.ts";
import { TIERS, type TierName } from "../protocol.ts";
import type { ListedBook } from "../risk/listing.ts";
import { foldStatement } from "../statements/fold.ts";
import { lowerStatement, type Move } from "../statements/lower.ts";
import { unspentNotes } from "../wallet/notes.ts";
import { now, remark, show, type Globals } from "./command.ts";
import { loadBook, unlock, unlockSpend } from "./home.ts";
import { withProver } from "./proving.ts";
import { bookOf, currentAccount, issueNotes, keep, withTrader } from "./trader.ts";

interface Flags extends Globals {
  readonly book?: string;
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
  readonly anyBook?: boolean;
}

export const open = (flags: Flags): Promise<void> => fold(flags, true);
export const foldMore = (flags: Flags): Promise<void> => fold(flags, false);

async function fold(flags: Flags, opens: boolean): Promise<void> {
  const listed = flags.note === undefined && flags.portfolio === undefined ? undefined : await loadBook(flags, flags.book);
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
    if (!opens && notes.length === 0) throw new InputError("note", "is missing, and none waits to be folded");
    const proofs = await withProver(flags, async (prove) => {
      const written: string[] = [];
      for (const some of chunks(notes, TIERS[trader.tier].notes)) {
        const folded = foldStatement({
          keys, from: account ?? trader.tier, notes: some.map((note) => trader.ledger.foldable(note, ownerOf(keys))),
          notesRoot: trader.ledger.notesRoot, context: trader.context,
        });
        trader.ledger.checkFold(folded.statement, trader.submission);
        const proof = await prove(folded.statement);
        const change = await trader.ledger.fold(proof, trader.submission);
        account = folded.account;
        written.push(await keep(flags, trader, proof, change, notes.length > TIERS[trader.tier].notes ? undefined : flags.proof));
      }
      return written;
    });
    const { version, commitment } = account!;
    show(flags, { version, commitment, notes: notes.length, proofs }, () => `account at version ${version}, ${notes.length} notes folded\n${proofs.map((path) => `proof ${path}`).join("\n")}`);
    for (const { listing, size } of booked) {
      remark(flags, `left out: ${listing.name} is booked, not folded: plimsoll account lower --credit "${listing.name}=${lotsToUnits(-size, listing.lot)}"`);
    }
  });
}

export async function lower(flags: Flags): Promise<void> {
  const listed = await loadBook(flags, flags.book);
  const keys = await unlockSpend(flags, flags.keystore);
  await withTrader(flags, keys, { submitter: flags.submitter, now: now(flags.at) }, async (trader) => {
    const account = currentAccount(trader);
    const book = await bookOf(trader, listed);
    const move = moveOf(flags, listed, flags.recipient ?? trader.submission.account);
    const lowered = lowerStatement({
      account, keys, book, move, context: trader.context, ...(flags.anyBook === undefined ? {} : { anyBook: flags.anyBook }),
    });
    trader.ledger.checkLower(lowered.statement, trader.submission);
    const { proof, change } = await withProver(flags, async (prove) => {
      const made = await prove(lowered.statement);
      return { proof: made, change: await trader.ledger.lower(made, trader.submission) };
    });
    const path = await keep(flags, trader, proof, change, flags.proof);
    const { version, commitment } = lowered.account;
    const exit = lowered.exit === undefined ? undefined : { instrument: lowered.exit.instrument, lots: lowered.exit.lots, leaf: lowered.exit.leaf };
    show(flags, { version, commitment, exit, proofs: [path] }, () => [
      `account at version ${version}`, `proof ${path}`, ...(exit === undefined ? [] : ["the vault pays against plimsoll prove exit --pay"]),
    ].join("\n"));
  });
}

export async function showAccount(flags: Flags): Promise<void> {
  const keys: ProveKeys = await unlock(flags, flags.keystore);
  const listed = await loadBook(flags, flags.book).catch(() => undefined);
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
      ...(waiting.length === 0 ? [] : [`${waiting.length} notes wait to be folded`]),
    ].join("\n"));
  });
}

function moveOf(flags: Flags, listed: ListedBook, recipient: string): Move {
  const given = (["collateral", "credit", "pair", "dead"] as const).filter((kind) => flags[kind] !== undefined);
  const [kind] = given;
  if (kind === undefined || given.length > 1) throw new InputError("account lower", "takes one of --collateral, --credit, --pair and --dead");
  const text = flags[kind]!;
  if (kind === "pair" || kind === "dead") {
    const listing = listed.listings.find(({ name }) => name === text);
    if (listing === undefined) throw new InputError(kind, "must be listed in the risk book", text);
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
