/**
 * plimsoll restore: everything that keys and the chains give back. It writes nothing but saved downloads and deletes
 * nothing.
 *
 * @module
 */
import { SingleBar } from "cli-progress";
import { getAddress } from "ethers";
import type { Holding } from "../account/holdings.ts";
import { InputError } from "../base/errors.ts";
import { TIERS } from "../protocol/constants.ts";
import type { ListedTable } from "../risk/listing.ts";
import { named } from "../wallet/attention.ts";
import { ChainWallet } from "../wallet/chainWallet.ts";
import type { TraderView } from "../wallet/traderView.ts";
import { remark, show, type Globals } from "./command.ts";
import { connectReachable, loadConfig } from "./config.ts";
import { loadTable, unlock } from "./home.ts";
import { cacheFolder, knownRecipients } from "./onchain.ts";

interface Flags extends Globals {
  readonly keystore?: string;
  readonly table?: string;
  readonly recipient?: string[];
}

export async function restore(flags: Flags): Promise<void> {
  const config = await loadConfig(flags.home);
  const keys = await unlock(flags, flags.keystore);
  const listed = await tableFor(flags);
  const { nodes, unreachable } = await connectReachable(config);
  const bar = progressBar(flags);
  try {
    const wallet = await ChainWallet.open(config.network, nodes, keys, { folder: cacheFolder(flags.home), recipients: [...(await knownRecipients(flags.home)), ...(flags.recipient ?? [])], onProgress: bar?.update });
    const view = await wallet.refresh();
    bar?.stop();
    const warnings = [...unreachable, ...view.warnings];
    for (const warning of warnings) remark(flags, `warning: ${warning}`);
    show(flags, restored(view, listed, warnings), () => text(view, listed));
  } finally {
    bar?.stop();
    for (const node of nodes.values()) node.close();
  }
}

/** The named table, or the home's where there is one. */
async function tableFor(flags: Flags): Promise<ListedTable | undefined> {
  if (flags.table !== undefined) return loadTable(flags, flags.table);
  return loadTable(flags).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
}

/** Shown where somebody watches. */
function progressBar({ json }: Flags): { update(chain: string, block: number, head: number): void; stop(): void } | undefined {
  if (!process.stderr.isTTY || json === true) return undefined;
  const bar = new SingleBar({ format: "{chain} {bar} block {value} of {total}", stream: process.stderr, hideCursor: true, clearOnComplete: true });
  let started = false;
  return {
    update(chain, block, head) {
      if (!started) bar.start(head, 0, { chain });
      started = true;
      bar.setTotal(head);
      bar.update(block, { chain });
    },
    stop: () => bar.stop(),
  };
}

/** For programs. Nothing in it is secret but what the account holds. */
function restored(view: TraderView, listed: ListedTable | undefined, warnings: readonly string[]): object {
  const { owner, tier, slot, account, missing } = view;
  const leg = ({ instrument, size }: Holding): object => ({ instrument, size, ...named(instrument, size, listed) });
  return {
    owner, tier, slot, version: account?.version, commitment: account?.commitment,
    holdings: (account?.holdings ?? []).map(leg),
    notes: view.notes.map(({ note: { serial, legs }, issuer, received }) => ({ issuer: issuer.name, serial, legs: legs.map(leg), arrived: received !== undefined })),
    exits: view.exits.map(({ exit: { instrument, lots, recipient }, issuer, version, stage, payout, paid }) =>
      ({ issuer: issuer.name, ...leg({ instrument, size: lots }), recipient: addressOf(recipient), version, stage, payout, paid })),
    unknownExits: view.unknownExits,
    lines: view.lines.map(({ issuer, ...line }) => ({ issuer: issuer.name, ...line })),
    missing, warnings,
  };
}

function text(view: TraderView, listed: ListedTable | undefined): string {
  const { owner, tier, slot, account, notes, exits, unknownExits, lines, missing } = view;
  const leg = ({ instrument, size }: Holding): string => {
    const { name, units, unit } = named(instrument, size, listed);
    return `${name.padEnd(34)} ${units.padStart(18)} ${unit}`;
  };
  const titled = (title: string, rows: readonly string[]): string[] => (rows.length === 0 ? [] : [title, ...rows.map((row) => `  ${row}`)]);
  return [
    `owner ${owner}`,
    account === undefined ? "no account yet" : `account at slot ${slot}, tier ${tier}, version ${account.version}, ${account.holdings.length} of ${TIERS[tier!].holdings} holdings`,
    ...titled("holdings", (account?.holdings ?? []).map(leg)),
    ...titled("notes that wait to be received", notes.flatMap(({ note: { serial, legs }, issuer, received }) =>
      legs.map((part) => `${leg(part)}  note ${serial} of ${issuer.name}, ${received === undefined ? "on its way home" : "arrived"}`))),
    ...titled("exits", exits.map(({ exit: { instrument, lots, recipient }, stage, paid }) =>
      `${leg({ instrument, size: lots })}  for ${addressOf(recipient)}, ${stage}${paid === 0n ? "" : `, ${paid} lots paid`}`)),
    ...titled("exits for an address that nobody named: say it with --recipient", unknownExits.map(({ instrument, lots, version }) =>
      `${leg({ instrument, size: lots })}  by version ${version}`)),
    ...titled("lines", lines.map(({ issuer, status, booked, released, usableLots, validUntil, owed }) =>
      `${issuer.name.padEnd(34)} ${status}, booked ${booked}, released ${released}, usable ${usableLots} lots, ${owed === undefined ? "" : `owed ${owed} units, `}good until ${new Date(validUntil * 1000).toISOString()}`)),
    ...titled("chains that are missing here: their notes, lines and payouts aren't shown", missing),
  ].join("\n");
}

const addressOf = (recipient: bigint): string => getAddress(`0x${recipient.toString(16).padStart(40, "0")}`);
