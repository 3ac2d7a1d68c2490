/**
 * plimsoll desk: what a desk or venue sees of its aliases, and the steps to default that anyone may take.
 *
 * @module
 */
import { assetOf, assetUnits, type Asset } from "../chain/asset.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import type { Node } from "../chain/node.ts";
import { STATUSES } from "../chain/line.ts";
import { RefusedError } from "../base/errors.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { IssuerLine } from "../venue/lines.ts";
import type { Config } from "./config.ts";
import { LINE_UNITS, lineAmounts, lineWords, type LineAmounts } from "./lineAmounts.ts";
import { ISSUER, examples, type Globals, type Program } from "./options.ts";
import { date, duration, grouped } from "./words.ts";

export function deskCommands(program: Program): void {
  const desk = program
    .command("desk")
    .description("a desk's or venue's lines: what is out, until when, and what is due");
  examples(
    desk
      .command("status")
      .description("funds, loans, lines, and whether draws stand still")
      .requiredOption(...ISSUER),
    "plimsoll desk status --issuer desk-a",
    "plimsoll desk status --issuer venue-a --json",
  ).action(async (_, command) => {
    const [{ epochOf, fundsOf, routeOf, stopsOf }, { readLines }, { homeStore }, { show }] = await Promise.all([
      import("../venue/issuerStatus.ts"),
      import("../venue/lines.ts"),
      import("./home.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    await atIssuer(flags, async ({ network }, issuer, node) => {
      const { block, lines } = await readLines(node, issuer, homeStore(flags));
      const [funds, stops, table, route] = await Promise.all([
        issuer.kind === "desk" ? fundsOf(node, issuer, block, lines) : undefined,
        stopsOf(node, network, issuer, block),
        epochOf(node, block),
        routeOf(node, network, block),
      ]);
      const counts = Object.fromEntries(
        STATUSES.slice(1).map((known) => [known, lines.filter((line) => line.status === known).length]),
      );
      const due = lines.filter(({ lapse }) => lapse === "due" || lapse === "due to default").length;
      const result = {
        issuer: issuer.name,
        kind: issuer.kind,
        chain: issuer.chain,
        time: block.time,
        ...funds,
        lines: counts,
        due,
        stops,
        table,
        route,
        units: { "available, newCredit, lent": "smallest units of the asset", "time, asOf, notAfter": "Unix seconds" },
      };
      show(flags, result, () =>
        [
          `${issuer.kind} ${issuer.name} on ${issuer.chain}, block ${block.number} of ${date(block.time)}`,
          ...(funds === undefined
            ? []
            : [
                `funds      ${tokens(funds.available, funds.asset)} to lend, ${tokens(funds.lent, funds.asset)} lent`,
                `new credit ${tokens(funds.newCredit, funds.asset)} may be drawn now`,
              ]),
          `lines      ${STATUSES.slice(1)
            .map((known) => `${counts[known]} ${known}`)
            .join(", ")}${due === 0 ? "" : `; ${due} due: plimsoll desk lines --issuer ${issuer.name} --lapse`}`,
          `draws      ${stops.length === 0 ? "open" : `stand still: ${stops.join(", ")}`}`,
          `table      ${table === undefined ? "none yet" : `epoch ${table.epoch} of ${date(table.asOf)}, ${table.notAfter >= block.time ? "good" : "over"} ${until(table.notAfter, block.time)}`}`,
          `route      ${route === undefined ? "no accounts root yet" : `the home chain's accounts as of ${date(route.time)}, ${duration(block.time - route.time)} ago`}`,
        ].join("\n"),
      );
    });
  });

  examples(
    desk
      .command("lines")
      .description("every alias's line, the one that ends first on top")
      .requiredOption(...ISSUER)
      .option(
        "--lapse",
        "mark what is due as lapsed, and declare in default what is due to be; takes a key that can pay gas, anyone's",
      ),
    "plimsoll desk lines --issuer desk-a",
    "plimsoll desk lines --issuer desk-a --lapse",
  ).action(async (_, command) => {
    const [{ readLines }, { creditOf }, { homeStore }, { show }] = await Promise.all([
      import("../venue/lines.ts"),
      import("../wallet/submissions.ts"),
      import("./home.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    await atIssuer(flags, async (config, issuer, node) => {
      const store = homeStore(flags);
      let { block, lines: found } = await readLines(node, issuer, store);
      const done = flags.lapse === true ? await markDue(flags, config, issuer, node, found) : [];
      if (done.length > 0) ({ block, lines: found } = await readLines(node, issuer, store));
      const [asset, credit, listed] = await Promise.all([
        issuer.kind === "desk" ? assetOf(node, issuer) : undefined,
        creditOf(node, issuer),
        tableAt(flags, config, node),
      ]);
      const lines = found.map((line) => ({ ...line, amounts: lineAmounts(line, credit, listed, asset) }));
      show(flags, { issuer: issuer.name, time: block.time, asset, done, lines, units: LINE_UNITS }, () =>
        [
          ...(lines.length === 0 ? [`nobody has a line at ${issuer.name}`] : []),
          ...lines.map((line) => lineText(line, block.time)),
        ].join("\n"),
      );
    });
  });
}

/** Sends what is due; a line that holds but dust is left alone, as the contract does. */
async function markDue(
  flags: Globals,
  config: Config,
  issuer: NetworkIssuer,
  node: Node,
  all: readonly IssuerLine[],
): Promise<{ alias: bigint; method: string; transaction: string }[]> {
  const [{ Sender }, { homeStore, withHome }, { dueCall }, { signingKey }, { remark }] = await Promise.all([
    import("../chain/sender.ts"),
    import("./home.ts"),
    import("../venue/lines.ts"),
    import("./config.ts"),
    import("./output.ts"),
  ]);
  const due = all.flatMap((line) => {
    const call = dueCall(issuer, line);
    return call === undefined ? [] : [{ line, call }];
  });
  if (due.length === 0) return [];
  return withHome(flags, async () => {
    const sender = await Sender.open(node, await signingKey(config), { store: homeStore(flags) });
    const done = [];
    for (const {
      line: { alias },
      call,
    } of due) {
      try {
        const { hash } = await sender.send(call);
        done.push({ alias, method: call.method, transaction: hash });
        remark(flags, `${call.method} ${alias}: ${hash}`);
      } catch (error) {
        if (!(error instanceof RefusedError) || error.refusal !== "NotLapsed") throw error;
        remark(flags, `${alias}: nothing but dust is open`);
      }
    }
    return done;
  });
}

/** The chain's newest table, for units; without it sizes show in lots. */
async function tableAt(flags: Globals, config: Config, node: Node): Promise<ListedTable | undefined> {
  const [{ newestTable }, { homeStore, tableForNames }, { tableSources }] = await Promise.all([
    import("../wallet/submissions.ts"),
    import("./home.ts"),
    import("./onchain.ts"),
  ]);
  const newest = await newestTable(node, tableSources(config, homeStore(flags)), config.network.tiers[0]!).catch(
    () => undefined,
  );
  return newest?.listed ?? tableForNames(flags);
}

async function atIssuer(
  flags: Globals & { readonly issuer: string },
  work: (config: Config, issuer: NetworkIssuer, node: Node) => Promise<void>,
): Promise<void> {
  const [{ issuerNamed }, { nodeOf }, { connect, loadConfig }] = await Promise.all([
    import("../chain/network.ts"),
    import("../wallet/submissions.ts"),
    import("./config.ts"),
  ]);
  const config = await loadConfig(flags.home);
  const issuer = issuerNamed(config.network, flags.issuer, "desk", "venue");
  const nodes = await connect(config, [issuer.chain]);
  try {
    await work(config, issuer, nodeOf(nodes, issuer.chain));
  } finally {
    for (const node of nodes.values()) node.close();
  }
}

function lineText(
  { alias, status, lapse, validUntil, graceEnd, defaultAt, amounts }: IssuerLine & { readonly amounts: LineAmounts },
  now: number,
): string {
  const ends = {
    good: `good until ${date(validUntil)} (${until(validUntil, now)}), grace until ${date(graceEnd)}`,
    grace: `in grace until ${date(graceEnd)} (${until(graceEnd, now)})`,
    due: `due: grace ended ${date(graceEnd)}`,
    lapsed: `lapsed, in default from ${date(defaultAt ?? 0)} (${until(defaultAt ?? 0, now)})`,
    "due to default": `due to default since ${date(defaultAt ?? 0)}`,
    over: status,
  }[lapse];
  return [`${alias}`, `  ${ends}`, `  ${lineWords(amounts)}`].join("\n");
}

const tokens = (amount: bigint, asset: Asset): string => `${grouped(assetUnits(amount, asset))} ${asset.symbol}`;
const until = (time: number, now: number): string => `for ${duration(Math.abs(time - now))}`;
