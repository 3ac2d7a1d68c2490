/**
 * plimsoll restore: everything that keys and the chains give back. It writes nothing but saved downloads and deletes
 * nothing.
 *
 * @module
 */
import type { Holding } from "../account/holdings.ts";
import { assetOf } from "../chain/asset.ts";
import { TIERS } from "../protocol/constants.ts";
import type { ListedTable } from "../risk/listing.ts";
import { named } from "../wallet/attention.ts";
import type { TraderView } from "../wallet/traderView.ts";
import { LINE_UNITS, lineAmounts, lineWords, type LineAmounts } from "./lineAmounts.ts";
import { KEYSTORE, examples, repeated, type Globals, type Program } from "./options.ts";
import { date, grouped } from "./words.ts";

export function restoreCommand(program: Program): void {
  examples(
    program
      .command("restore")
      .description("account, notes, exits and lines from a keystore and the chains alone; a keeper's keystore will do")
      .option(...KEYSTORE)
      .option("--table <file>", "risk table for names (default: the chains' newest, or the home's)")
      .option("--recipient <address>", "whom exits may be for, beside whom the chains name; repeatable", repeated),
    "plimsoll restore",
    "plimsoll restore --keystore keeper.json --json",
    "plimsoll restore --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  ).action(async (_, command) => {
    const [
      { getAddress },
      { ChainWallet },
      { newestTable, nodeOf },
      { connectReachable, loadConfig },
      { homeStore, tableForNames, loadTable, unlock },
      { tableSources },
      { knownRecipients },
      { remark, show },
    ] = await Promise.all([
      import("ethers"),
      import("../wallet/chainWallet.ts"),
      import("../wallet/submissions.ts"),
      import("./config.ts"),
      import("./home.ts"),
      import("./onchain.ts"),
      import("../wallet/recipients.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    const config = await loadConfig(flags.home);
    const given = flags.table === undefined ? undefined : await loadTable(flags, flags.table);
    const keys = await unlock(flags, flags.keystore);
    const { nodes, unreachable } = await connectReachable(config);
    const bar = await progressBar(flags);
    try {
      const wallet = await ChainWallet.open(config.network, nodes, keys, {
        store: homeStore(flags),
        recipients: [...(await knownRecipients(homeStore(flags))), ...(flags.recipient ?? [])],
        onProgress: bar?.update,
      });
      const view = await wallet.refresh();
      bar?.stop();
      const newest = async (): Promise<ListedTable | undefined> =>
        (
          await newestTable(
            nodeOf(nodes, config.network.home),
            tableSources(config, homeStore(flags)),
            view.tier ?? config.network.tiers[0]!,
          ).catch(() => undefined)
        )?.listed;
      const listed = given ?? (await newest()) ?? (await tableForNames(flags));
      const amounts = await Promise.all(
        view.lines.map(async ({ issuer, ...line }) =>
          lineAmounts(
            line,
            line.credit,
            listed,
            issuer.kind === "desk" ? await assetOf(nodeOf(nodes, issuer.chain), issuer) : undefined,
          ),
        ),
      );
      const warnings = [...unreachable, ...view.warnings];
      for (const warning of warnings) remark(flags, `warning: ${warning}`);
      const recipients = view.exits.map(({ exit: { recipient } }) =>
        getAddress(`0x${recipient.toString(16).padStart(40, "0")}`),
      );
      const found = { view, listed, amounts, recipients };
      show(flags, restored(found, warnings), () => words(found));
    } finally {
      bar?.stop();
      for (const node of nodes.values()) node.close();
    }
  });
}

/** Shown where somebody watches. */
async function progressBar({
  json,
}: Globals): Promise<{ update(chain: string, block: number, head: number): void; stop(): void } | undefined> {
  if (!process.stderr.isTTY || json === true) return undefined;
  const { SingleBar } = await import("cli-progress");
  const bar = new SingleBar({
    format: "{chain} {bar} block {value} of {total}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
  });
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

interface Found {
  readonly view: TraderView;
  readonly listed: ListedTable | undefined;
  /** Of the view's lines, and addresses of its exits. */
  readonly amounts: readonly LineAmounts[];
  readonly recipients: readonly string[];
}

/** For programs. Nothing in it is secret but what the account holds. */
function restored({ view, listed, amounts, recipients }: Found, warnings: readonly string[]): object {
  const { owner, tier, slot, account, missing } = view;
  const leg = ({ instrument, size }: Holding): object => ({ instrument, size, ...named(instrument, size, listed) });
  return {
    owner,
    tier,
    slot,
    version: account?.version,
    commitment: account?.commitment,
    holdings: (account?.holdings ?? []).map(leg),
    notes: view.notes.map(({ note: { serial, legs }, issuer, received }) => ({
      issuer: issuer.name,
      serial,
      legs: legs.map(leg),
      arrived: received !== undefined,
    })),
    exits: view.exits.map(({ exit: { instrument, lots }, issuer, version, stage, payout, paid }, i) => ({
      issuer: issuer.name,
      ...leg({ instrument, size: lots }),
      recipient: recipients[i],
      version,
      stage,
      payout,
      paid,
    })),
    unknownExits: view.unknownExits.map((exit) => ({ ...exit, ...named(exit.instrument, exit.lots, listed) })),
    lines: view.lines.map(({ issuer, ...line }, i) => ({ issuer: issuer.name, ...line, amounts: amounts[i] })),
    missing,
    warnings,
    units: { "size, lots, paid": "lots of the instrument", units: "decimals of the unit beside them", ...LINE_UNITS },
  };
}

function words({ view, listed, amounts, recipients }: Found): string {
  const { owner, tier, slot, account, notes, exits, unknownExits, lines, missing } = view;
  const leg = ({ instrument, size }: Holding): string => {
    const { name, units, unit } = named(instrument, size, listed);
    return `${name.padEnd(34)} ${grouped(units).padStart(18)} ${unit}`;
  };
  const paidWords = (instrument: number, paid: bigint): string => {
    const { units, unit } = named(instrument, paid, listed);
    return paid === 0n ? "" : `, ${grouped(units)} ${unit} paid`;
  };
  const titled = (title: string, rows: readonly string[]): string[] =>
    rows.length === 0 ? [] : [title, ...rows.map((row) => `  ${row}`)];
  return [
    `owner ${owner}`,
    account === undefined
      ? "no account yet"
      : `account at slot ${slot}, tier ${tier}, version ${account.version}, ${account.holdings.length} of ${TIERS[tier!].holdings} holdings`,
    ...titled("holdings", (account?.holdings ?? []).map(leg)),
    ...titled(
      "notes that wait to be received",
      notes.flatMap(({ note: { serial, legs }, issuer, received }) =>
        legs.map(
          (part) =>
            `${leg(part)}  note ${serial} of ${issuer.name}, ${received === undefined ? "on its way home" : "arrived"}`,
        ),
      ),
    ),
    ...titled(
      "exits",
      exits.map(
        ({ exit: { instrument, lots }, stage, paid }, i) =>
          `${leg({ instrument, size: lots })}  for ${recipients[i]}, ${stage}${paidWords(instrument, paid)}`,
      ),
    ),
    ...titled(
      "exits for an address that nobody named: say it with --recipient",
      unknownExits.map(({ instrument, lots, version }) => `${leg({ instrument, size: lots })}  by version ${version}`),
    ),
    ...titled(
      "lines",
      lines.map(
        ({ issuer, status, validUntil }, i) =>
          `${issuer.name.padEnd(34)} ${status}, ${lineWords(amounts[i]!)}, good until ${date(validUntil)}`,
      ),
    ),
    ...titled("chains that are missing here: their notes, lines and payouts aren't shown", missing),
  ].join("\n");
}
