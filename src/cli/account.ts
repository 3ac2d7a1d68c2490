/**
 * plimsoll account: moves on the local ledger, each with a proof.
 *
 * @module
 */
import type { Command } from "commander";
import { Option } from "commander";
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
import { examples, now, remark, show, time, type Globals } from "./command.ts";
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

const collect = (text: string, list: string[] = []): string[] => [...list, text];

export function accountCommands(program: Command): void {
  const account = program.command("account").description("an account on the home's local ledger, which plays registry, issuers and vaults");
  const move = (command: Command): Command => command
    .option("--book <file>", "risk book (default: the home's)")
    .option("--keystore <file>", "another keystore than the home's")
    .option("--submitter <address>", "who submits (default: the account's address, drawn when it opens)")
    .option("--at <time>", "the time to go by, for trying out old data: Unix seconds or a date (default: the clock's)", time)
    .option("--proof <file>", "where to write the proof (default: proofs/ in the home)");
  const notes = (command: Command): Command => command
    .option("--note <legs>", "an issuer's note, such as venue-a:BTC-PERP=-1.5,venue-a:USD=90000; repeatable", collect)
    .option("--portfolio <file>", "a whole portfolio, as notes of its issuers; booked credit is left to account lower");

  examples(
    notes(move(account.command("new").description("open the account, empty or with notes")))
      .addOption(new Option("--tier <tier>", "how many holdings it has room for: M 16, L 64 (T, for tests, 4)").choices(Object.keys(TIERS))),
    "plimsoll account new", 'plimsoll account new --tier M --note "vault-ethereum:WBTC=2.5"', "plimsoll account new --portfolio data/portfolio.json",
  ).action(async (_: unknown, command: Command) => fold(command.optsWithGlobals<Flags>(), true));

  examples(
    notes(move(account.command("fold").description("fold notes into the account; without --note or --portfolio, those that wait"))),
    'plimsoll account fold --note "venue-a:BTC-PERP=-1.5,venue-a:USD=90000"', "plimsoll account fold --portfolio data/portfolio.json",
  ).action(async (_: unknown, command: Command) => fold(command.optsWithGlobals<Flags>(), false));

  examples(
    move(account.command("lower").description("take out collateral, book credit, or drop what is worth nothing; at initial margin"))
      .option("--collateral <leg>", "take this much out, such as vault-ethereum:USDC=50000")
      .option("--recipient <address>", "whom the vault is to pay (default: the submitter)")
      .option("--credit <leg>", "book this much debt, such as desk-a:CREDIT=100000")
      .option("--pair <credit>", "drop credit and release that sum to 0")
      .option("--dead <instrument>", "drop a holding that the book flags dead")
      .option("--any-book", "say that the move is right on any book, as a pair is, or collateral of an account with nothing else left: for when the newest has lapsed"),
    'plimsoll account lower --collateral "vault-ethereum:USDC=50000" --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    'plimsoll account lower --credit "desk-a:CREDIT=100000" --at 2025-10-25T00:10:00Z',
  ).action(async (_: unknown, command: Command) => lower(command.optsWithGlobals<Flags>()));

  examples(
    account.command("show").description("show what the account holds, with the notes that wait")
      .option("--book <file>", "risk book for names (default: the home's)").option("--keystore <file>", "another keystore than the home's"),
    "plimsoll account show", "plimsoll account show --json",
  ).action(async (_: unknown, command: Command) => showAccount(command.optsWithGlobals<Flags>()));
}

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

async function lower(flags: Flags): Promise<void> {
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

async function showAccount(flags: Flags): Promise<void> {
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
