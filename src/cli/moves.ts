/**
 * A trader's commands on real chains: collateral in and out, a line opened, drawn on, repaid.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { formatUnits, isAddress, parseUnits } from "ethers";
import { lotsToUnits } from "../decimal.ts";
import { InputError } from "../errors.ts";
import { issuerNamed, type IssuerKind, type NetworkIssuer } from "../chain/network.ts";
import { parseTrades, type ListedPosition } from "../portfolio.ts";
import { COVERAGE_INITIAL, COVERAGE_MAINTENANCE, TIERS, type TierName } from "../protocol.ts";
import { newestBook, nodeOf } from "../wallet/submissions.ts";
import type { Sent, Trader } from "../wallet/trader.ts";
import { examples, show } from "./command.ts";
import { rememberRecipient, withTrader, type ChainFlags, type Looking } from "./onchain.ts";

interface Flags extends ChainFlags {
  readonly issuer: string;
  readonly tier?: TierName;
  readonly wait?: boolean;
  readonly to?: string;
  readonly recipient?: string;
  readonly maintenance?: boolean;
}

export function moveCommands(program: Command): void {
  const command = (name: string, about: string): Command => program.command(name).description(about).option("--keystore <file>", "another keystore than the home's");
  const atIssuer = (made: Command): Command => made.requiredOption("--issuer <issuer>", "name or id of the desk or venue");

  examples(
    command("deposit <leg>", "put collateral into a vault; fold it once it has arrived at home"),
    "plimsoll deposit vault-ethereum:WBTC=2.5",
  ).action((leg: string, _: unknown, made: Command) => act(made, async (trader, looking) => {
    const { row, size } = await position(looking, leg);
    await trader.deposit(row.instrument, size);
  }));

  examples(
    command("fold", "fold the notes that have arrived into the account, which opens with the first")
      .option("--wait", "wait for a note to arrive if none has")
      .addOption(new Option("--tier <tier>", "how many holdings an account that opens has room for: M 16, L 64").choices(Object.keys(TIERS))),
    "plimsoll fold", "plimsoll fold --wait --tier L",
  ).action((_: unknown, made: Command) => act(made, async (trader, _looking, { tier, wait }) => {
    if (wait === true) await trader.awaitNotes();
    await trader.fold(tier);
  }));

  examples(
    command("open-line <credit>", "book debt in the account and show it to the desk or venue, whose line it then is"),
    "plimsoll open-line desk-a:CREDIT=100000",
  ).action((leg: string, _: unknown, made: Command) => act(made, async (trader, looking) => {
    const { row, size } = await position(looking, leg);
    const issuer = issuerNamed(looking.config.network, row.instrument >> 16, "desk", "venue");
    await trader.openLine(issuer, size);
  }));

  examples(
    atIssuer(command("refresh", "prove again that the account floats, so that a line stays good"))
      .option("--maintenance", "at maintenance margin, for an account that doesn't float at initial margin"),
    "plimsoll refresh --issuer desk-a",
  ).action((_: unknown, made: Command) => act(made, async (trader, looking, flags) =>
    trader.refresh(issuerOf(looking, flags, "desk", "venue"), flags.maintenance === true ? COVERAGE_MAINTENANCE : COVERAGE_INITIAL)));

  examples(
    atIssuer(command("draw <amount>", "draw on a desk's line, in units of its asset").option("--to <address>", "whom the desk pays (default: the sender)")),
    "plimsoll draw 40000 --issuer desk-a",
  ).action((amount: string, _: unknown, made: Command) => act(made, async (trader, looking, flags) => {
    const desk = issuerOf(looking, flags, "desk");
    await trader.draw(desk, await units(looking, desk, amount), flags.to === undefined ? undefined : address(flags.to, "to"));
  }));

  examples(
    atIssuer(command("repay [amount]", "pay a desk back, in units of its asset; everything by default")),
    "plimsoll repay --issuer desk-a", "plimsoll repay 10000 --issuer desk-a",
  ).action((amount: string | undefined, _: unknown, made: Command) => act(made, async (trader, looking, flags) => {
    const desk = issuerOf(looking, flags, "desk");
    await trader.repay(desk, amount === undefined ? undefined : await units(looking, desk, amount));
  }));

  examples(
    atIssuer(command("release [credit]", "give back what of a desk's line isn't in use, by a note to fold; all of it by default")),
    "plimsoll release --issuer desk-a", "plimsoll release desk-a:CREDIT=5000 --issuer desk-a",
  ).action((leg: string | undefined, _: unknown, made: Command) => act(made, async (trader, looking, flags) =>
    trader.release(issuerOf(looking, flags, "desk"), leg === undefined ? undefined : (await position(looking, leg)).size)));

  examples(
    atIssuer(command("close-line", "close a standing for good once nothing is open there, and drop its credit and release from the account")),
    "plimsoll close-line --issuer desk-a",
  ).action((_: unknown, made: Command) => act(made, async (trader, looking, flags) => trader.closeLine(issuerOf(looking, flags, "desk", "venue"))));

  examples(
    command("withdraw [leg]", "take collateral out of the account and have its vault pay it; without one, collect what is on its way")
      .option("--recipient <address>", "whom the vault pays (default: the sender)"),
    "plimsoll withdraw vault-ethereum:WBTC=1 --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "plimsoll withdraw",
  ).action((leg: string | undefined, _: unknown, made: Command) => act(made, async (trader, looking, flags) => {
    const { recipient } = flags;
    if (leg !== undefined) {
      const { row, size } = await position(looking, leg);
      const to = recipient === undefined ? undefined : address(recipient, "recipient");
      // Written down first: the chains don't say whom an exit pays.
      if (to !== undefined) await rememberRecipient(flags.home, to);
      await trader.lowerCollateral(row.instrument, size, to);
    }
    await trader.collect();
  }));
}

/** Runs a move and shows the transactions it took and the account after it. */
async function act(command: Command, work: (trader: Trader, looking: Looking, flags: Flags) => Promise<unknown>): Promise<void> {
  const flags = command.optsWithGlobals<Flags>();
  await withTrader(flags, async (trader, looking, sent) => {
    await work(trader, looking, flags);
    const { account } = await trader.view();
    const transactions = sent.map(({ chain, call: { name, method }, receipt }: Sent) => ({ chain, what: `${name}.${method}`, gas: receipt.gasUsed, transaction: receipt.hash }));
    show(flags, { version: account?.version, transactions }, () => [
      `${sent.length} transactions, ${sent.reduce((gas, { receipt }) => gas + receipt.gasUsed, 0n)} gas`,
      account === undefined ? "no account yet: plimsoll fold opens it" : `account at version ${account.version}`,
    ].join("\n"));
  });
}

/** An amount of an instrument such as `vault-ethereum:WBTC=2.5`, by the newest book at home. */
async function position({ config: { network }, nodes, books }: Looking, leg: string): Promise<ListedPosition> {
  const { listed } = await newestBook(nodeOf(nodes, network.home), books, network.tiers[0]!);
  const found = parseTrades([leg], listed)[0]!;
  if (found.size <= 0n) throw new InputError(found.listing.name, "must be above 0", lotsToUnits(found.size, found.listing.lot));
  return found;
}

const issuerOf = ({ config: { network } }: Looking, { issuer }: Flags, ...kinds: readonly IssuerKind[]): NetworkIssuer => issuerNamed(network, issuer, ...kinds);

/** An amount of a desk's asset in the token's smallest units. */
async function units({ nodes }: Looking, desk: NetworkIssuer, amount: string): Promise<bigint> {
  const node = nodeOf(nodes, desk.chain);
  const asset = await node.read<string>("CreditDesk", desk.contract, "asset");
  const decimals = await node.read<bigint>("IERC20Metadata", asset, "decimals");
  if (!/^\d+(\.\d+)?$/.test(amount) || (amount.split(".")[1] ?? "").length > Number(decimals)) {
    throw new InputError("amount", `must be a decimal with at most ${decimals} places`, amount);
  }
  const value = parseUnits(amount, decimals);
  if (value === 0n) throw new InputError("amount", "must be above 0", formatUnits(value, decimals));
  return value;
}

function address(text: string, path: string): string {
  if (!isAddress(text)) throw new InputError(path, "must be an Ethereum address", text);
  return text;
}
