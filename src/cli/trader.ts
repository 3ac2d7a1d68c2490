/**
 * A trader's account on the home's local ledger, opened for one command: reads, moves and writes both.
 *
 * @module
 */
import { randomBytes } from "@noble/hashes/utils.js";
import { getAddress, isAddress } from "ethers";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Account } from "../account/account.ts";
import { issuerOf, type Holding } from "../account/holdings.ts";
import { aliasOf, ownerOf, type ProveKeys } from "../account/keys.ts";
import { Note } from "../account/note.ts";
import { InputError } from "../base/errors.ts";
import { Ledger } from "../ledger/ledger.ts";
import { readLedger, writeLedger } from "../ledger/ledgerFile.ts";
import type { Change, Submission } from "../ledger/state.ts";
import type { ListedPosition } from "../margin/portfolio.ts";
import { NOTE_BLINDING_BITS, NOTE_LEGS, TIERS, type TierName } from "../protocol/constants.ts";
import type { Proof } from "../groth16/proof.ts";
import type { ListedTable } from "../risk/listing.ts";
import { TableTree } from "../risk/tree.ts";
import { withLock } from "../base/lock.ts";
import { findAccount, openVersions, readAccount, versionsOf, writeAccount, type AccountFile } from "../wallet/accountFile.ts";
import { nextDepositSalt } from "../wallet/notes.ts";
import type { Globals } from "./command.ts";
import { homeFiles } from "./home.ts";
import { writeProof } from "./proving.ts";

/** How long a proof to the local ledger stays good, seconds. */
const VALIDITY = 3600n;

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

export interface Trader<K extends ProveKeys = ProveKeys> {
  readonly keys: K;
  readonly ledger: Ledger;
  /** Of the account, or of the one to open. */
  readonly tier: TierName;
  /** Every version, the current one last; empty before it opens. */
  readonly versions: readonly Account[];
  readonly submission: Submission;
  readonly context: bigint;
}

export interface TraderOptions {
  /** Of an account to open; M by default. */
  readonly tier?: TierName | undefined;
  readonly submitter?: string | undefined;
  readonly now: bigint;
}

/**
 * Opens ledger and account, one command at a time per home. What the ledger knows comes before what the account's file
 * says: a command that was interrupted between writing the two is thereby completed.
 */
export function withTrader<K extends ProveKeys, T>(globals: Globals, keys: K, options: TraderOptions, work: (trader: Trader<K>) => Promise<T>): Promise<T> {
  return withLock(globals.home, async () => {
    const files = homeFiles(globals);
    const ledger = (await exists(files.ledger)) ? await readLedger(files.ledger) : Ledger.create(options.tier);
    const known = (await exists(files.account)) ? await readAccount(files.account) : undefined;
    if (known !== undefined && known.ledger !== ledger.address) throw new InputError("account.ledger", `must be ${ledger.address}, the home's`, known.ledger);
    const submitter = submitterOf(options.submitter ?? known?.submitter);
    const file = known ?? findAccount(ledger, keys, submitter);
    const versions = file === undefined ? [] : openVersions({ tier: file.tier, versions: versionsOf(ledger, file.slot) }, keys);
    const submission = { account: submitter, now: options.now, deadline: options.now + VALIDITY };
    return work({ keys, ledger, tier: file?.tier ?? options.tier ?? "M", versions, submission, context: ledger.context(submission) });
  });
}

/** The account as it is now. Throws an InputError before it opens. */
export function currentAccount({ versions }: Trader): Account {
  const account = versions.at(-1);
  if (account === undefined) throw new InputError("account", "must be open; plimsoll account new opens it");
  return account;
}

/** A table's tree for the account's tier. The ledger takes a table that is newer than all it knows as the newest. */
export async function tableOf({ ledger, tier }: Trader, { table }: ListedTable): Promise<TableTree> {
  const tree = await TableTree.build(table, TIERS[tier]);
  if (table.epoch > (ledger.newestTable?.epoch ?? -1)) ledger.publish(tree);
  return tree;
}

/**
 * Keeps an accepted change: the proof, then the ledger, whose file decides, then the account's copy of what it
 * published. Returns the proof's path.
 */
export async function keep(globals: Globals, { ledger, submission }: Trader, proof: Proof<"receive"> | Proof<"spend">, { slot, tier }: Change, path?: string): Promise<string> {
  const files = homeFiles(globals);
  const versions = versionsOf(ledger, slot);
  const proofPath = path ?? join(files.proofs, `${versions.length - 1}-${proof.circuit}.json`);
  await writeProof(proofPath, proof);
  await writeLedger(files.ledger, ledger);
  const file: AccountFile = { ledger: ledger.address, submitter: submission.account, tier, slot, versions };
  await writeAccount(files.account, file);
  return proofPath;
}

/** Has each position's issuer put it into notes, at most 8 legs each: to a fresh alias at vaults, so that deposits can't be linked. */
export function issueNotes({ ledger, keys }: Trader, positions: readonly ListedPosition[], { table }: ListedTable): Note[] {
  const owner = ownerOf(keys);
  const issuers = [...new Set(positions.map(({ row }) => issuerOf(row.instrument)))];
  return issuers.flatMap((issuerId) => {
    const legs = positions.filter(({ row }) => issuerOf(row.instrument) === issuerId).map(({ row, size }): Holding => ({ instrument: row.instrument, size }));
    // A vault is an issuer of nothing but collateral; what it takes in is public anyway, so nothing needs blinding.
    const vault = table.rows.every(({ instrument, kind }) => issuerOf(instrument) !== issuerId || kind === "collateral");
    return Array.from({ length: Math.ceil(legs.length / NOTE_LEGS) }, (_, i) => {
      const salt = vault ? nextDepositSalt(ledger, keys, issuerId) : 0n;
      const note = new Note(issuerId, salt, legs.slice(i * NOTE_LEGS, (i + 1) * NOTE_LEGS), ledger.nextSerial(issuerId), vault ? 0n : randomBlinding());
      ledger.issue(note, aliasOf(owner, issuerId, salt));
      return note;
    });
  });
}

const randomHex = (bytes: number): string => `0x${Buffer.from(randomBytes(bytes)).toString("hex")}`;
const randomBlinding = (): bigint => BigInt(randomHex(NOTE_BLINDING_BITS / 8));

/** An account without an address gets one at random: on a local ledger it only has to stay the same. */
function submitterOf(given: string | undefined): string {
  if (given === undefined) return getAddress(randomHex(20));
  if (!isAddress(given)) throw new InputError("submitter", "must be an Ethereum address", given);
  return getAddress(given);
}
